/** DHCPv4 messages and their wire form (RFC 2131, RFC 2132, RFC 3396, RFC 4578). */
@NullMarked
package dev.garboard.dhcp;

import org.jspecify.annotations.NullMarked;
