/** The server's side of its machines: enrolment, one stream to each node, and the machine API forwarded to them. */
@NullMarked
package dev.garboard.fleet;

import org.jspecify.annotations.NullMarked;
