/** What layers declare, merged by key into the documents of one machine: pure, with provenance, conflicts, digest and diff. */
@NullMarked
package dev.garboard.nodeconfig.merge;

import org.jspecify.annotations.NullMarked;
