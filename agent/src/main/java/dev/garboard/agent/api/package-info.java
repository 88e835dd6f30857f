/** The machine API that the node answers. */
@NullMarked
package dev.garboard.agent.api;

import org.jspecify.annotations.NullMarked;
