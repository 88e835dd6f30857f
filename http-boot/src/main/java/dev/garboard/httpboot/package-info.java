/** What machines fetch over HTTP while they boot: scripts, loaders and images. */
@NullMarked
package dev.garboard.httpboot;

import org.jspecify.annotations.NullMarked;
