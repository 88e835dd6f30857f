/** The garboard command line. */
@NullMarked
package dev.garboard.cli;

import org.jspecify.annotations.NullMarked;
