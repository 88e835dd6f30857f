/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.api;

import org.jspecify.annotations.NullMarked;
