package dev.garboard.dhcp.server;

import java.util.Optional;

/** One rule of the server's behaviour: pure, and asked in order with the others until one of them decides. */
@FunctionalInterface
public interface ReplyRule {

    Optional<Decision> decide(Request request, PoolView pool);
}
