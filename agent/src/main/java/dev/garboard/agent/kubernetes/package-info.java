/** The node's part of a Kubernetes cluster: documents from the server, and what brings each kind of them into effect. */
@NullMarked
package dev.garboard.agent.kubernetes;

import org.jspecify.annotations.NullMarked;
