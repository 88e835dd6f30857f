/** Builds, signs, verifies and imports node images. */
@NullMarked
package dev.garboard.image;

import org.jspecify.annotations.NullMarked;
