/** A small client of the Kubernetes API. */
@NullMarked
package dev.garboard.kubernetes.api;

import org.jspecify.annotations.NullMarked;
