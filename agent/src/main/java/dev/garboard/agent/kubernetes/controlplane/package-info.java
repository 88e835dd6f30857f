/** A control-plane node's own part of the cluster: its etcd member, the static pods of the control plane, and the add-ons that every cluster needs. */
@NullMarked
package dev.garboard.agent.kubernetes.controlplane;

import org.jspecify.annotations.NullMarked;
