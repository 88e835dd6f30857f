/** Tests. */
@NullMarked
package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.NullMarked;
