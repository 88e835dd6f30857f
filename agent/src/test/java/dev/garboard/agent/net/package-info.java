/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.net;

import org.jspecify.annotations.NullMarked;
