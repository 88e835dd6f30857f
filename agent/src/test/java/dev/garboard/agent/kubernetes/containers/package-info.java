/** Tests of what the node says about its containers. */
@NullMarked
package dev.garboard.agent.kubernetes.containers;

import org.jspecify.annotations.NullMarked;
