/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.supervision;

import org.jspecify.annotations.NullMarked;
