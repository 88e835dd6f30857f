/** Puts the node's part of a cluster together: the appliers of every node, those of a control plane, and the engine that runs them. */
@NullMarked
package dev.garboard.agent.kubernetes.node;

import org.jspecify.annotations.NullMarked;
