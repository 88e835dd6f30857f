/** The services of a node: their states, their health, and threads that are started again when they fail. */
@NullMarked
package dev.garboard.agent.supervision;

import org.jspecify.annotations.NullMarked;
