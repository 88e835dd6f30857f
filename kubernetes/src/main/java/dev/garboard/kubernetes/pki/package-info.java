/** The keys of a Kubernetes cluster, the certificates issued with them, bootstrap tokens and kubeconfig files. */
@NullMarked
package dev.garboard.kubernetes.pki;

import org.jspecify.annotations.NullMarked;
