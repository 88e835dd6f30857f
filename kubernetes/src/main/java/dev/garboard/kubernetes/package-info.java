/** What the server and a node must agree on about Kubernetes: node documents, the cluster's keys and certificates, tokens, and a small API client. */
@NullMarked
package dev.garboard.kubernetes;

import org.jspecify.annotations.NullMarked;
