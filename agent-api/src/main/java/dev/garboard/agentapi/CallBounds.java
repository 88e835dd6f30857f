package dev.garboard.agentapi;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the calls that are open at once, in all and for each caller, before their first message is read. Streams, which may stay for
 * hours, take half of the places at most: a short question always finds one. Calls that somebody else counts once they have said what they
 * want are counted here until then, and get little time for it. Stands behind {@link RoleInterceptor}, which knows the caller.
 */
public final class CallBounds implements ServerInterceptor {

    /** Hears of every call that was refused. */
    @FunctionalInterface
    public interface Refusals {
        /**
         * Called on a thread of gRPC; must not block.
         *
         * @param reason {@code TooManyCalls}, {@code TooManyStreams}, {@code TooManyCallsFromCaller}, {@code TooManySilentCalls} or
         *     {@code NothingSaid}
         * @param peer address of the other end, as text
         */
        void refused(String reason, String peer);
    }

    private final int total;
    private final int perCaller;
    private final Set<String> countedElsewhere;
    private final Refusals refusals;
    private final UnheardCalls unheard;
    private final Map<String, Integer> callers = new HashMap<>();
    private int open;
    private int streams;

    /** Bounds for one server whose calls are all counted here. */
    public CallBounds(int total, int perCaller, Refusals refusals) {
        this(total, perCaller, Set.of(), UnheardLimits.usual(), refusals);
    }

    /**
     * Bounds for one server.
     *
     * @param countedElsewhere full names of methods whose calls are counted elsewhere as soon as they have sent something
     */
    public CallBounds(int total, int perCaller, Set<String> countedElsewhere, UnheardLimits silent, Refusals refusals) {
        this.total = total;
        this.perCaller = perCaller;
        this.countedElsewhere = Set.copyOf(countedElsewhere);
        this.refusals = refusals;
        this.unheard = new UnheardCalls(silent, SiteServers.timer(), refusals);
    }

    /** Calls that have a place here. */
    public int open() {
        synchronized (this) {
            return open + unheard.open();
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var known = RoleInterceptor.CALLER.get();
        if (countedElsewhere.contains(call.getMethodDescriptor().getFullMethodName())) {
            return unheard.start(call, headers, next, known == null ? null : known.name());
        }
        var caller = known == null ? "" : known.name();
        boolean stream = call.getMethodDescriptor().getType() != MethodDescriptor.MethodType.UNARY;
        var refused = take(caller, stream);
        if (refused != null) {
            refusals.refused(
                    refused.reason(), String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
            call.close(Status.RESOURCE_EXHAUSTED.withDescription(refused.message()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        var place = new Place(caller, stream);
        try {
            return new Releasing<>(next.startCall(call, headers), place);
        } catch (RuntimeException | Error failed) {
            place.release();
            throw failed;
        }
    }

    private record TooMany(String reason, String message) {}

    private synchronized @Nullable TooMany take(String caller, boolean stream) {
        int mine = callers.getOrDefault(caller, 0);
        if (mine >= perCaller) {
            return new TooMany(
                    "TooManyCallsFromCaller",
                    caller + " has " + mine + " calls open here, which is the limit for one caller; end one first");
        }
        if (open >= total) {
            return new TooMany("TooManyCalls", open + " calls are open here, which is the limit; try again later");
        }
        if (stream && streams >= total / 2) {
            return new TooMany(
                    "TooManyStreams", streams + " streams are open here, which is the limit; try again later");
        }
        callers.put(caller, mine + 1);
        open++;
        streams += stream ? 1 : 0;
        return null;
    }

    /** A place among the calls, given back once. */
    private final class Place {

        private final String caller;
        private final boolean stream;
        private final AtomicBoolean held = new AtomicBoolean(true);

        Place(String caller, boolean stream) {
            this.caller = caller;
            this.stream = stream;
        }

        void release() {
            if (held.compareAndSet(true, false)) {
                synchronized (CallBounds.this) {
                    open--;
                    streams -= stream ? 1 : 0;
                    callers.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
                }
            }
        }
    }

    /** gRPC ends every call with one of these two. */
    private static final class Releasing<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Place place;

        Releasing(ServerCall.Listener<Q> call, Place place) {
            super(call);
            this.place = place;
        }

        @Override
        public void onComplete() {
            place.release();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            place.release();
            super.onCancel();
        }
    }
}
