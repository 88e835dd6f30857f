/** Who may connect to a listener, and how many at once: bounds in all, for each source address, and on unfinished TLS handshakes. */
@NullMarked
package dev.garboard.admission;

import org.jspecify.annotations.NullMarked;
