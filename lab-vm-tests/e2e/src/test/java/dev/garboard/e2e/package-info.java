/** The whole chain with real firmware and real machines. */
@NullMarked
package dev.garboard.e2e;

import org.jspecify.annotations.NullMarked;
