/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.screen;

import org.jspecify.annotations.NullMarked;
