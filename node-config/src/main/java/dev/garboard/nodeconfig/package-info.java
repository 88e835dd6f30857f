/** What a node should be, as documents: strictly read, written so that the same document gives the same bytes. Knows no Kubernetes and no transport. */
@NullMarked
package dev.garboard.nodeconfig;

import org.jspecify.annotations.NullMarked;
