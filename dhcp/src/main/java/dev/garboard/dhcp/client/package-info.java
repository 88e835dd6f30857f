/** The client's half of DHCPv4 as a state machine without sockets (RFC 2131 section 4.4); the node agent drives it. */
@NullMarked
package dev.garboard.dhcp.client;

import org.jspecify.annotations.NullMarked;
