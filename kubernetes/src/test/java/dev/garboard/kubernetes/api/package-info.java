/** Tests. */
@NullMarked
package dev.garboard.kubernetes.api;

import org.jspecify.annotations.NullMarked;
