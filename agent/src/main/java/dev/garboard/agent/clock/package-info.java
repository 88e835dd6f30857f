/** The node's clock: what may set it, and how far (ADR 0010); time servers are asked by SNTP (RFC 4330, RFC 5905). */
@NullMarked
package dev.garboard.agent.clock;

import org.jspecify.annotations.NullMarked;
