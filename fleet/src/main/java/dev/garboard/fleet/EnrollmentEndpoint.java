package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RequestedKey;
import dev.garboard.trust.TrustException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers machines that have no certificate yet. A pending machine waits on its open stream and is decided about again whenever it, or a
 * rule, changes.
 */
final class EnrollmentEndpoint extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {

    private static final Logger log = LoggerFactory.getLogger(EnrollmentEndpoint.class);
    private static final int LARGEST_REQUEST = 256 * 1024;
    private static final int MOST_DECIDING = 256;
    private static final Status UNDECIDED =
            Status.INTERNAL.withDescription("the server could not decide, its log says why; ask again");

    private final Enrollment enrollment;
    private final SessionLog sessions;
    private final AddressLimiter limiter;
    private final FleetEvents events;
    private final Executor executor;
    private final int maxPending;
    private final Semaphore deciding = new Semaphore(MOST_DECIDING);

    /** By boot session: a machine that asks again replaces its own older stream. */
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    EnrollmentEndpoint(
            Enrollment enrollment,
            SessionLog sessions,
            AddressLimiter limiter,
            FleetEvents events,
            Executor executor,
            int maxPending) {
        this.enrollment = enrollment;
        this.sessions = sessions;
        this.limiter = limiter;
        this.events = events;
        this.executor = executor;
        this.maxPending = maxPending;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> answer) {
        var stream = (ServerCallStreamObserver<EnrollResponse>) answer;
        stream.setOnCancelHandler(() -> waiting.values().removeIf(one -> one.stream.equals(stream)));
        var peer = PeerAddress.current();
        var refusal = refusal(request, peer);
        if (refusal != null) {
            answer.onError(refusal.asRuntimeException());
            return;
        }
        if (!deciding.tryAcquire()) {
            events.happened("enroll", "busy");
            answer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(MOST_DECIDING + " machines are being decided about; ask again")
                    .asRuntimeException());
            return;
        }
        try {
            var outcome = enrollment.decide(request, peer);
            if (!(outcome instanceof Outcome.Unproven)) {
                sessions.nodeSteps(request.getBootSession(), request.getStepsList());
            }
            answer(request, peer, stream, outcome);
        } catch (RuntimeException failed) {
            log.atWarn()
                    .addKeyValue("session", request.getBootSession())
                    .setCause(failed)
                    .log("enrolment cannot be decided");
            events.happened("enroll", "failed");
            fail(stream, UNDECIDED);
        } finally {
            deciding.release();
        }
    }

    private @Nullable Status refusal(EnrollRequest request, InetAddress peer) {
        if (!limiter.mayAsk(peer)) {
            events.happened("enroll", "rate-limited");
            return Status.RESOURCE_EXHAUSTED.withDescription(
                    peer.getHostAddress() + " asks to enrol too often; wait a minute");
        }
        if (request.getSerializedSize() > LARGEST_REQUEST) {
            events.happened("enroll", "too-large");
            return Status.INVALID_ARGUMENT.withDescription("the request has " + request.getSerializedSize()
                    + " bytes, at most " + LARGEST_REQUEST + " are accepted");
        }
        try {
            RequestedKey.verify(request.getCertificateRequest().toByteArray());
            return null;
        } catch (TrustException malformed) {
            events.happened("enroll", "bad-request");
            return Status.INVALID_ARGUMENT.withDescription(malformed.getMessage());
        }
    }

    private void answer(
            EnrollRequest request, InetAddress peer, ServerCallStreamObserver<EnrollResponse> stream, Outcome outcome) {
        events.happened("enroll", outcome.cause());
        log.atInfo()
                .addKeyValue("session", request.getBootSession())
                .addKeyValue("address", peer.getHostAddress())
                .addKeyValue("outcome", outcome.cause())
                .addKeyValue("machine", machine(outcome))
                .log("enrolment");
        switch (outcome) {
            case Outcome.Accepted(var machine, var chain) -> {
                sessions.step(request.getBootSession(), "enrolled", "as " + machine, "ok");
                var pem = ByteString.copyFrom(Pem.ofCertificates(chain), StandardCharsets.US_ASCII);
                end(
                        stream,
                        EnrollResponse.newBuilder()
                                .setAccepted(EnrollResponse.Accepted.newBuilder()
                                        .setMachine(machine)
                                        .setCertificateChain(pem)
                                        .setTime(enrollment.time()))
                                .build());
            }
            case Outcome.Unproven unproven -> {
                log.atWarn()
                        .addKeyValue("session", request.getBootSession())
                        .addKeyValue("address", peer.getHostAddress())
                        .addKeyValue("reason", unproven.cause())
                        .log("enrolment refused: {}", unproven.detail());
                sessions.refusedOnce(
                        request.getBootSession(), "from " + peer.getHostAddress() + ": " + unproven.detail());
                end(stream, message(Outcome.Unproven.TOLD, true));
            }
            case Outcome.Rejected rejected -> {
                sessions.step(request.getBootSession(), "enrolled", rejected.reason(), "refused");
                end(stream, message(rejected, false));
            }
            case Outcome.Pending pending -> {
                sessions.step(request.getBootSession(), "pending", pending.reason(), "ok");
                await(new Waiting(request, peer, stream, pending));
            }
        }
    }

    private void await(Waiting one) {
        if (waiting.size() >= maxPending) {
            events.happened("enroll", "too-many-pending");
            end(
                    one.stream,
                    message(
                            new Outcome.Rejected(
                                    "too-many-pending",
                                    maxPending + " machines wait for acceptance already; accept or reject some",
                                    java.time.Duration.ofMinutes(1)),
                            false));
            return;
        }
        var older = waiting.put(one.request.getBootSession(), one);
        if (older != null) {
            fail(older.stream, Status.ABORTED.withDescription("the machine asked again on another stream"));
        }
        send(one.stream, message(one.outcome));
        if (one.stream.isCancelled()) {
            waiting.remove(one.request.getBootSession(), one);
        }
        // A change between the decision and the moment the stream was listed would go unnoticed.
        executor.execute(() -> decideAgain(one));
    }

    /** A machine was changed by somebody; on the thread of the watch. */
    void machineChanged(
            @Nullable Resource<MachineSpec, MachineStatus> before,
            @Nullable Resource<MachineSpec, MachineStatus> after) {
        if (before == null
                || (after != null
                        && before.metadata().generation() == after.metadata().generation())) {
            return;
        }
        for (var one : List.copyOf(waiting.values())) {
            if (!one.outcome.machines().contains(before.name())) {
                continue;
            }
            if (after == null && !one.outcome.conflict()) {
                waiting.remove(one.request.getBootSession(), one);
                events.happened("enroll", "deleted");
                end(
                        one.stream,
                        message(
                                new Outcome.Rejected(
                                        "deleted",
                                        "machine " + before.name() + " was deleted",
                                        java.time.Duration.ofMinutes(1)),
                                false));
            } else {
                executor.execute(() -> decideAgain(one));
            }
        }
    }

    /** An enrolment rule was changed. */
    void rulesChanged() {
        waiting.values().forEach(one -> executor.execute(() -> decideAgain(one)));
    }

    /** Tells those who wait to ask again: the server goes. */
    void stop() {
        for (var one : List.copyOf(waiting.values())) {
            if (waiting.remove(one.request.getBootSession(), one)) {
                fail(one.stream, Status.UNAVAILABLE.withDescription("the server is stopping; ask again"));
            }
        }
    }

    /** How many machines wait. */
    int pending() {
        return waiting.size();
    }

    private void decideAgain(Waiting one) {
        var session = one.request.getBootSession();
        if (waiting.get(session) != one) {
            return;
        }
        deciding.acquireUninterruptibly();
        try {
            var outcome = enrollment.decide(one.request, one.peer);
            if (outcome instanceof Outcome.Pending pending) {
                boolean news = !pending.reason().equals(one.outcome.reason());
                one.outcome = pending;
                if (news) {
                    send(one.stream, message(pending));
                }
            } else if (waiting.remove(session, one)) {
                answer(one.request, one.peer, one.stream, outcome);
            }
        } catch (RuntimeException failed) {
            log.atWarn().addKeyValue("session", session).setCause(failed).log("enrolment cannot be decided");
            if (waiting.remove(session, one)) {
                fail(one.stream, UNDECIDED);
            }
        } finally {
            deciding.release();
        }
    }

    private static String machine(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Accepted accepted -> accepted.machine();
            case Outcome.Pending pending -> pending.machine();
            case Outcome.Rejected _, Outcome.Unproven _ -> "";
        };
    }

    private static EnrollResponse message(Outcome.Pending pending) {
        return EnrollResponse.newBuilder()
                .setPending(EnrollResponse.Pending.newBuilder()
                        .setMachine(pending.machine())
                        .setReason(pending.reason()))
                .build();
    }

    private static EnrollResponse message(Outcome.Rejected rejected, boolean bootAgain) {
        return EnrollResponse.newBuilder()
                .setRejected(EnrollResponse.Rejected.newBuilder()
                        .setReason(rejected.reason())
                        .setBootAgain(bootAgain)
                        .setRetryAfter(Duration.newBuilder()
                                .setSeconds(rejected.retryAfter().toSeconds())))
                .build();
    }

    // A stream's observer is not made for several threads, and changes come from the watch.

    private static void send(ServerCallStreamObserver<EnrollResponse> stream, EnrollResponse message) {
        synchronized (stream) {
            if (!stream.isCancelled()) {
                stream.onNext(message);
            }
        }
    }

    private static void end(ServerCallStreamObserver<EnrollResponse> stream, EnrollResponse message) {
        synchronized (stream) {
            if (!stream.isCancelled()) {
                stream.onNext(message);
                stream.onCompleted();
            }
        }
    }

    private static void fail(ServerCallStreamObserver<EnrollResponse> stream, Status status) {
        synchronized (stream) {
            if (!stream.isCancelled()) {
                stream.onError(status.asRuntimeException());
            }
        }
    }
}
