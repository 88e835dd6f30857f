/** Composition root of the boot server: configuration and wiring. */
@NullMarked
package dev.garboard.server;

import org.jspecify.annotations.NullMarked;
