/** The Kubernetes-style API for people and tools. */
@NullMarked
package dev.garboard.operatorapi;

import org.jspecify.annotations.NullMarked;
