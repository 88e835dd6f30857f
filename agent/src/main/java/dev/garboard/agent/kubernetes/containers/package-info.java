/** The node's containers and images as containerd tells them (CRI v1), and what containers wrote. */
@NullMarked
package dev.garboard.agent.kubernetes.containers;

import org.jspecify.annotations.NullMarked;
