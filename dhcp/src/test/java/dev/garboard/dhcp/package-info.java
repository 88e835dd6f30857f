/** Tests of the wire form, with packets that real firmware sent. */
@NullMarked
package dev.garboard.dhcp;

import org.jspecify.annotations.NullMarked;
