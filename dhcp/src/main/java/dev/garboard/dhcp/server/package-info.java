/** The server's half of DHCPv4: who the client is, what it is answered, its lease, and the channel (RFC 2131, PXE 2.1). */
@NullMarked
package dev.garboard.dhcp.server;

import org.jspecify.annotations.NullMarked;
