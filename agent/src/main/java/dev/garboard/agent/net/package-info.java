/** The node's network: rtnetlink (RFC 3549), a DHCP client on packet sockets, resolvers, lookups and time (RFC 4330). */
@NullMarked
package dev.garboard.agent.net;

import org.jspecify.annotations.NullMarked;
