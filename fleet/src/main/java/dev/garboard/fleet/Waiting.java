package dev.garboard.fleet;

import dev.garboard.agentapi.v1.EnrollRequest;
import java.net.InetAddress;

/** A machine that waits on its open stream for somebody to decide about it. */
final class Waiting {

    final EnrollRequest request;
    final InetAddress peer;
    final EnrollStream stream;

    /** The latest; said to the machine again only when its reason changes. */
    volatile Outcome.Pending outcome;

    Waiting(EnrollRequest request, InetAddress peer, EnrollStream stream, Outcome.Pending outcome) {
        this.request = request;
        this.peer = peer;
        this.stream = stream;
        this.outcome = outcome;
    }
}
