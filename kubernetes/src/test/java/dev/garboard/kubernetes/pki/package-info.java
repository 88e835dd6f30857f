/** Tests. */
@NullMarked
package dev.garboard.kubernetes.pki;

import org.jspecify.annotations.NullMarked;
