/** Tests of the node agent. */
@NullMarked
package dev.garboard.agent;

import org.jspecify.annotations.NullMarked;
