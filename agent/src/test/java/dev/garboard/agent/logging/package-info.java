/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.logging;

import org.jspecify.annotations.NullMarked;
