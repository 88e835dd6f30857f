/** The configuration documents of a node (node.garboard.dev/v1alpha1) that make it part of a Kubernetes cluster. */
@NullMarked
package dev.garboard.kubernetes.document;

import org.jspecify.annotations.NullMarked;
