/** TFTP messages and a read-only server (RFC 1350, RFC 2347, RFC 2348, RFC 2349, RFC 7440). */
@NullMarked
package dev.garboard.tftp;

import org.jspecify.annotations.NullMarked;
