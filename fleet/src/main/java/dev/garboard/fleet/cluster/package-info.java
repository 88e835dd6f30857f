/** Turns declared clusters into Kubernetes: who has which part, the documents of each node, and what is to be done through Kubernetes' API. */
@NullMarked
package dev.garboard.fleet.cluster;

import org.jspecify.annotations.NullMarked;
