/** Tests of the server's rules, pool and replies, and of its channel. */
@NullMarked
package dev.garboard.dhcp.server;

import org.jspecify.annotations.NullMarked;
