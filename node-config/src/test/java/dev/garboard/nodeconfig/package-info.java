/** Tests. */
@NullMarked
package dev.garboard.nodeconfig;

import org.jspecify.annotations.NullMarked;
