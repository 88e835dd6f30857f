/** Tests. */
@NullMarked
package dev.garboard.nodeconfig.merge;

import org.jspecify.annotations.NullMarked;
