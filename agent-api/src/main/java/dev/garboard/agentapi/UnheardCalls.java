package dev.garboard.agentapi;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls that were opened and have not said yet what they want. They have little time for that, and each caller has few of them; the newest
 * stay, so that nobody keeps a caller at the same address out by silence.
 */
final class UnheardCalls {

    /** Why a call was ended: there are too many like it. */
    static final String TOO_MANY = "TooManySilentCalls";

    /** Why a call was ended: nothing came. */
    static final String SILENT = "NothingSaid";

    private final UnheardLimits limits;
    private final ScheduledExecutorService timer;
    private final CallBounds.Refusals refusals;

    // The oldest first.
    private final Map<String, SequencedSet<Unheard<?, ?>>> sources = new HashMap<>();
    private final SequencedSet<Unheard<?, ?>> anonymous = new LinkedHashSet<>();
    private int open;

    UnheardCalls(UnheardLimits limits, ScheduledExecutorService timer, CallBounds.Refusals refusals) {
        this.limits = limits;
        this.timer = timer;
        this.refusals = refusals;
    }

    /**
     * Starts a call.
     *
     * @param caller by the name in its certificate; null when it showed none and only its address tells it from others
     */
    <Q, A> ServerCall.Listener<Q> start(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next, @Nullable String caller) {
        var unheard = new Unheard<>(call, caller == null, caller == null ? address(call) : "caller " + caller);
        var evicted = add(unheard);
        if (evicted != null) {
            evicted.refuse(
                    TOO_MANY,
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "there are too many calls that have sent nothing yet, and this is the oldest; try again"));
        }
        try {
            var listener = unheard.new Waiting(next.startCall(unheard, headers));
            unheard.timeout =
                    timer.schedule(unheard::tooLate, limits.firstMessage().toMillis(), TimeUnit.MILLISECONDS);
            if (unheard.isOver()) {
                unheard.over();
            }
            return listener;
        } catch (RuntimeException | Error failed) {
            unheard.over();
            throw failed;
        }
    }

    synchronized int open() {
        return open;
    }

    private static String address(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer
                ? "address " + peer.getAddress()
                : "address unknown";
    }

    /** The call that has to give way, if there is one. */
    private synchronized @Nullable Unheard<?, ?> add(Unheard<?, ?> call) {
        var mine = sources.get(call.source);
        Unheard<?, ?> evicted = null;
        if (mine != null && mine.size() >= limits.ofOne()) {
            evicted = mine.getFirst();
        } else if (call.anonymous && anonymous.size() >= limits.anonymous()) {
            evicted = anonymous.getFirst();
        }
        if (evicted != null) {
            remove(evicted);
        }
        sources.computeIfAbsent(call.source, _ -> new LinkedHashSet<>()).add(call);
        if (call.anonymous) {
            anonymous.add(call);
        }
        open++;
        return evicted;
    }

    private synchronized void remove(Unheard<?, ?> call) {
        var mine = sources.get(call.source);
        if (mine != null && mine.remove(call)) {
            open--;
            anonymous.remove(call);
            if (mine.isEmpty()) {
                sources.remove(call.source);
            }
        }
    }

    private final class Unheard<Q, A> extends EndableCall<Q, A> {

        private final boolean anonymous;
        private final String source;
        private final String peer;
        private volatile @Nullable ScheduledFuture<?> timeout;

        Unheard(ServerCall<Q, A> call, boolean anonymous, String source) {
            super(call);
            this.anonymous = anonymous;
            this.source = source;
            this.peer = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        void tooLate() {
            refuse(
                    SILENT,
                    Status.DEADLINE_EXCEEDED.withDescription("the call was opened and nothing came within "
                            + words(limits.firstMessage()) + "; send the request with it"));
        }

        void refuse(String reason, Status status) {
            if (end(status)) {
                refusals.refused(reason, peer);
            }
            over();
        }

        /** It has been heard, or has ended. */
        @Override
        void over() {
            remove(this);
            var waiting = timeout;
            if (waiting != null) {
                waiting.cancel(false);
            }
        }

        /** Until the service has what it waits for: the one message and its end, or the first of several. */
        private final class Waiting extends Notified {

            Waiting(ServerCall.Listener<Q> listener) {
                super(listener);
            }

            @Override
            public void onMessage(Q message) {
                if (!getMethodDescriptor().getType().clientSendsOneMessage()) {
                    over();
                }
                super.onMessage(message);
            }

            @Override
            public void onHalfClose() {
                over();
                super.onHalfClose();
            }
        }
    }

    private static String words(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
