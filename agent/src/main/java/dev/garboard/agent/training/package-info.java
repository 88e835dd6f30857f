/** One run of everything that a starting node runs, in a few seconds and without a network: it fills the AOT cache. */
@NullMarked
package dev.garboard.agent.training;

import org.jspecify.annotations.NullMarked;
