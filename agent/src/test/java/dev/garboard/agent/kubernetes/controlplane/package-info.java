/** Tests of this part of the agent. */
@NullMarked
package dev.garboard.agent.kubernetes.controlplane;

import org.jspecify.annotations.NullMarked;
