/** Tests of the client's states. */
@NullMarked
package dev.garboard.dhcp.client;

import org.jspecify.annotations.NullMarked;
