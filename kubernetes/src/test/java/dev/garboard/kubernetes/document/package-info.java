/** Tests. */
@NullMarked
package dev.garboard.kubernetes.document;

import org.jspecify.annotations.NullMarked;
