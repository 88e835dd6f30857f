/** Kubernetes bundles as server and node agree on them: the manifest, its signature, and what is refused. */
@NullMarked
package dev.garboard.kubernetes.bundle;

import org.jspecify.annotations.NullMarked;
