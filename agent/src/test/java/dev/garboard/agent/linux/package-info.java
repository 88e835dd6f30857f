/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.linux;

import org.jspecify.annotations.NullMarked;
