/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.enrollment;

import org.jspecify.annotations.NullMarked;
