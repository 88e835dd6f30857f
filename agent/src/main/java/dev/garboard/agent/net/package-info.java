/** The node's network: rtnetlink (RFC 3549), a DHCP client on packet sockets, resolvers, and lookups. */
@NullMarked
package dev.garboard.agent.net;

import org.jspecify.annotations.NullMarked;
