/** The gRPC contract between operators, server and nodes, and its Java client. */
@NullMarked
package dev.garboard.agentapi;

import org.jspecify.annotations.NullMarked;
