/** The node agent: PID 1 of a Garboard node. */
@NullMarked
package dev.garboard.agent;

import org.jspecify.annotations.NullMarked;
