package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.fleet.DesiredDocuments.Settings;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One node's open stream. */
final class NodeStream {

    private final String machine;
    private final NodeMessage.Hello hello;
    private final InetAddress peer;
    private final ServerCallStreamObserver<ServerMessage> observer;
    private volatile Instant lastHeard;
    private volatile boolean ready;
    private volatile boolean saidGoodbye;
    private @Nullable ServerMessage lastDesired;
    private @Nullable Sent lastSent;
    private boolean ended;

    NodeStream(
            String machine,
            NodeMessage.Hello hello,
            InetAddress peer,
            ServerCallStreamObserver<ServerMessage> observer,
            Instant now) {
        this.machine = machine;
        this.hello = hello;
        this.peer = peer;
        this.observer = observer;
        this.lastHeard = now;
    }

    /** What of the last desired state a report of the node is held against. */
    record Sent(long revision, Settings settings) {}

    String machine() {
        return machine;
    }

    String session() {
        return hello.getBootSession();
    }

    NodeMessage.Hello hello() {
        return hello;
    }

    /** Where the machine API answers: the address the stream comes from, not the one the node claims. */
    String address() {
        return peer.getHostAddress();
    }

    int apiPort() {
        return hello.getApiPort();
    }

    Instant lastHeard() {
        return lastHeard;
    }

    void heard(Instant now) {
        lastHeard = now;
    }

    boolean isReady() {
        return ready;
    }

    void ready(boolean value) {
        ready = value;
    }

    boolean saidGoodbye() {
        return saidGoodbye;
    }

    void goodbye() {
        saidGoodbye = true;
    }

    /** Messages come from the stream's own thread and from the watch. */
    synchronized void send(ServerMessage message) {
        if (!ended && !observer.isCancelled()) {
            observer.onNext(message);
        }
    }

    /** Sends a desired state that says anything else than the last one, and is not older. */
    synchronized void sendDesired(ServerMessage message, Settings settings) {
        var last = lastDesired;
        if (!message.equals(last)
                && (last == null
                        || message.getDesired().getRevision()
                                >= last.getDesired().getRevision())) {
            lastDesired = message;
            lastSent = new Sent(message.getDesired().getRevision(), settings);
            send(message);
        }
    }

    /** Null before the first. */
    synchronized @Nullable Sent lastSent() {
        return lastSent;
    }

    synchronized void end(Status status) {
        if (ended || observer.isCancelled()) {
            return;
        }
        ended = true;
        if (status.isOk()) {
            observer.onCompleted();
        } else {
            observer.onError(status.asRuntimeException());
        }
    }
}
