/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.hardware;

import org.jspecify.annotations.NullMarked;
