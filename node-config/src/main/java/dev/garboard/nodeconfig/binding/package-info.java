/** Records to JSON trees and back, strictly: what is not understood is refused with its path, and equal values are equal bytes. */
@NullMarked
package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.NullMarked;
