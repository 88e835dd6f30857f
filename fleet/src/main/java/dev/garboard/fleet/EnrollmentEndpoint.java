package dev.garboard.fleet;

import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.RequestedKey;
import dev.garboard.trust.TrustException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.time.Duration;
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
    private final BootProof proof;
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
            BootProof proof,
            SessionLog sessions,
            AddressLimiter limiter,
            FleetEvents events,
            Executor executor,
            int maxPending) {
        this.enrollment = enrollment;
        this.proof = proof;
        this.sessions = sessions;
        this.limiter = limiter;
        this.events = events;
        this.executor = executor;
        this.maxPending = maxPending;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> answer) {
        var stream = new EnrollStream((ServerCallStreamObserver<EnrollResponse>) answer);
        stream.onGone(() -> waiting.values().removeIf(one -> one.stream.equals(stream)));
        var peer = PeerAddress.current();
        var refusal = refusal(request, peer);
        if (refusal != null) {
            stream.fail(refusal);
            return;
        }
        if (!deciding.tryAcquire()) {
            events.happened("enroll", "busy");
            stream.fail(Status.RESOURCE_EXHAUSTED.withDescription(
                    MOST_DECIDING + " machines are being decided about; ask again"));
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
            stream.fail(UNDECIDED);
        } finally {
            deciding.release();
        }
    }

    private @Nullable Status refusal(EnrollRequest request, InetAddress peer) {
        if (request.getSerializedSize() > LARGEST_REQUEST) {
            events.happened("enroll", "too-large");
            return Status.INVALID_ARGUMENT.withDescription("the request has " + request.getSerializedSize()
                    + " bytes, at most " + LARGEST_REQUEST + " are accepted");
        }
        boolean often = !limiter.mayAsk(peer);
        try {
            // What runs on a node shares its address: it can use up what the address may ask, and not what the node
            // knows.
            if (often && !proof.isOfThatBoot(request, peer)) {
                events.happened("enroll", "rate-limited");
                return Status.RESOURCE_EXHAUSTED.withDescription(
                        peer.getHostAddress() + " asks to enrol too often; wait a minute");
            }
            RequestedKey.verify(request.getCertificateRequest().toByteArray());
            return null;
        } catch (TrustException malformed) {
            events.happened("enroll", "bad-request");
            return Status.INVALID_ARGUMENT.withDescription(malformed.getMessage());
        }
    }

    private void answer(EnrollRequest request, InetAddress peer, EnrollStream stream, Outcome outcome) {
        events.happened("enroll", outcome.cause());
        log.atInfo()
                .addKeyValue("session", request.getBootSession())
                .addKeyValue("address", peer.getHostAddress())
                .addKeyValue("outcome", outcome.cause())
                .addKeyValue("machine", machine(outcome))
                .log("enrolment");
        switch (outcome) {
            case Outcome.Accepted accepted -> {
                sessions.step(request.getBootSession(), "enrolled", "as " + accepted.machine(), "ok");
                stream.accepted(accepted, enrollment.time());
            }
            case Outcome.Unproven unproven -> {
                log.atWarn()
                        .addKeyValue("session", request.getBootSession())
                        .addKeyValue("address", peer.getHostAddress())
                        .addKeyValue("reason", unproven.cause())
                        .log("enrolment refused: {}", unproven.detail());
                sessions.refusedOnce(
                        request.getBootSession(), "from " + peer.getHostAddress() + ": " + unproven.detail());
                stream.rejected(Outcome.Unproven.TOLD, true);
            }
            case Outcome.Rejected rejected -> {
                sessions.step(request.getBootSession(), "enrolled", rejected.reason(), "refused");
                stream.rejected(rejected, false);
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
            one.stream.rejected(
                    new Outcome.Rejected(
                            "too-many-pending",
                            maxPending + " machines wait for acceptance already; accept or reject some",
                            Duration.ofMinutes(1)),
                    false);
            return;
        }
        var older = waiting.put(one.request.getBootSession(), one);
        if (older != null) {
            older.stream.fail(Status.ABORTED.withDescription("the machine asked again on another stream"));
        }
        one.stream.pending(one.outcome);
        if (one.stream.isGone()) {
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
                one.stream.rejected(
                        new Outcome.Rejected(
                                "deleted", "machine " + before.name() + " was deleted", Duration.ofMinutes(1)),
                        false);
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
                one.stream.fail(Status.UNAVAILABLE.withDescription("the server is stopping; ask again"));
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
                    one.stream.pending(pending);
                }
            } else if (waiting.remove(session, one)) {
                answer(one.request, one.peer, one.stream, outcome);
            }
        } catch (RuntimeException failed) {
            log.atWarn().addKeyValue("session", session).setCause(failed).log("enrolment cannot be decided");
            if (waiting.remove(session, one)) {
                one.stream.fail(UNDECIDED);
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
}
