package dev.garboard.agent.enrollment;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.Backoff;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.RenewCertificateRequest;
import dev.garboard.trust.Caller;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Role;
import dev.garboard.trust.TlsIdentity;
import dev.garboard.trust.TrustException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the server to accept this machine, then keeps its certificate fresh. The key is made here and never leaves. */
public final class Enrollment implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.enrollment");
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration LONGEST_REFUSAL = Duration.ofMinutes(5);
    private static final Duration LOOK_AT_CLOCK = Duration.ofSeconds(60);

    private final Service service;
    private final ServerChannel server;
    private final NodeFacts facts;
    private final BootTicket ticket;
    private final NodeIdentity identity;
    private final Listener listener;
    private final Backoff backoff;

    /** One for the whole boot: the server binds the boot to it, and knows this node by it when a certificate has run out. */
    private final KeyPair keys = KeyPairs.ecP256();

    private @Nullable Instant refusedSince;

    /** Hears how far the enrolment has come. */
    public interface Listener {
        /** Nobody has accepted the machine yet. */
        void pending(String machine, String reason);

        /** The machine has a certificate; called for the first one only. */
        void accepted(String machine);

        /** The server has refused this boot for minutes, and will not take it any more. */
        default void refusedForLong() {}

        /** What the server's clock says, before its certificate is looked at. */
        default void serverTime(Instant now) {}
    }

    /** The enrolment of this node. */
    public Enrollment(
            Service service,
            ServerChannel server,
            NodeFacts facts,
            BootTicket ticket,
            NodeIdentity identity,
            RandomGenerator random,
            Listener listener) {
        this.service = service;
        this.server = server;
        this.facts = facts;
        this.ticket = ticket;
        this.identity = identity;
        this.listener = listener;
        this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            if (identity.current().filter(Enrollment::isValid).isEmpty()) {
                enroll();
            }
            keepFresh();
        }
    }

    private static boolean isValid(TlsIdentity now) {
        return Instant.now().isBefore(now.notAfter());
    }

    private void enroll() throws InterruptedException {
        byte[] request = CertificateRequest.create(keys);
        while (true) {
            service.starting("asking " + server.describe() + " to accept this machine");
            ManagedChannel channel = server.anonymous();
            Optional<Duration> wait;
            try {
                wait = ask(channel, request);
            } catch (StatusRuntimeException | TrustException failed) {
                service.unhealthy(server.describe() + ": " + explain(failed));
                LOG.warn("{}: {}", server.describe(), explain(failed));
                wait = Optional.of(backoff.next());
            } finally {
                close(channel);
            }
            if (wait.isEmpty()) {
                backoff.reset();
                return;
            }
            Thread.sleep(wait.get());
        }
    }

    /** One conversation; empty when accepted, else how long to wait before the next. */
    private Optional<Duration> ask(ManagedChannel channel, byte[] request) {
        var answers = EnrollmentServiceGrpc.newBlockingStub(channel)
                .enroll(EnrollRequest.newBuilder()
                        .setHardware(facts.hardware().get())
                        .setBootSession(facts.bootSession())
                        .setCertificateRequest(ByteString.copyFrom(request))
                        .setBootTicket(ticket.shown())
                        .setBootMac(facts.bootMac().get())
                        .setAddress(facts.address().get())
                        .setAgentVersion(facts.agentVersion())
                        .setImage(facts.image())
                        .setImageRootHash(facts.imageRootHash())
                        .addAllSteps(facts.steps().get())
                        .setTime(ServiceMessages.timestamp(Instant.now()))
                        .build());
        while (answers.hasNext()) {
            EnrollResponse answer = answers.next();
            switch (answer.getOutcomeCase()) {
                case PENDING -> {
                    backoff.reset();
                    var pending = answer.getPending();
                    service.waiting("pending as " + pending.getMachine() + ": " + pending.getReason());
                    LOG.info("pending as {}: {}", pending.getMachine(), pending.getReason());
                    listener.pending(pending.getMachine(), pending.getReason());
                }
                case ACCEPTED -> {
                    var accepted = answer.getAccepted();
                    if (accepted.hasTime()) {
                        var time = accepted.getTime();
                        listener.serverTime(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
                    }
                    become(keys, accepted.getCertificateChain());
                    ticket.forget();
                    LOG.info("accepted as {}", accepted.getMachine());
                    listener.accepted(accepted.getMachine());
                    return Optional.empty();
                }
                case REJECTED -> {
                    var rejected = answer.getRejected();
                    service.unhealthy("rejected: " + rejected.getReason());
                    LOG.warn("rejected: {}", rejected.getReason());
                    bootAgainIfItIsTime(rejected.getBootAgain());
                    return Optional.of(Duration.ofSeconds(
                            Math.clamp(rejected.getRetryAfter().getSeconds(), 5, 3600)));
                }
                case OUTCOME_NOT_SET -> LOG.warn("{} sent an answer without an outcome", server.describe());
            }
        }
        return Optional.of(backoff.next());
    }

    /**
     * A boot that the server does not take for one of its own cannot get better. A node that had a certificate once stays what it is: it may
     * have work, and data that are nowhere else.
     */
    private void bootAgainIfItIsTime(boolean bootAgain) {
        if (!bootAgain || identity.current().isPresent()) {
            refusedSince = null;
            return;
        }
        Instant since = refusedSince;
        if (since == null) {
            refusedSince = Instant.now();
        } else if (Duration.between(since, Instant.now()).compareTo(LONGEST_REFUSAL) > 0) {
            listener.refusedForLong();
        }
    }

    private void become(KeyPair keys, ByteString chain) {
        var next = new TlsIdentity(
                keys.getPrivate(), Pem.certificates(chain.toString(StandardCharsets.US_ASCII), "the server's answer"));
        Caller self = next.caller();
        if (!self.roles().contains(Role.NODE)) {
            throw new TrustException(
                    "the server issued a certificate for " + self.describe() + ", expected the role node");
        }
        refuseToBeOutOfTime(next);
        identity.become(next);
        service.running();
    }

    /** A certificate that was made a moment ago and is not valid here tells that the clocks differ, and nothing else. */
    private static void refuseToBeOutOfTime(TlsIdentity next) {
        Instant now = Instant.now();
        Instant begins = next.certificate().getNotBefore().toInstant();
        if (now.isBefore(begins) || !now.isBefore(next.notAfter())) {
            throw new TrustException(
                    "the certificate that the server made just now is valid from " + begins + " until "
                            + next.notAfter() + ", and this machine's clock says " + now
                            + "; set the clock in the machine's firmware, or name a time server in its subnet (spec.timeServers)");
        }
    }

    /** Renews at two thirds of the lifetime; returns when the certificate has run out in spite of that. */
    private void keepFresh() throws InterruptedException {
        while (true) {
            TlsIdentity now = identity.current().orElseThrow();
            Instant begins = now.certificate().getNotBefore().toInstant();
            Duration lifetime = Duration.between(begins, now.notAfter());
            Instant due = begins.plus(lifetime.multipliedBy(2).dividedBy(3));
            // In short sleeps, because the clock may be set meanwhile.
            while (Instant.now().isBefore(due)) {
                Thread.sleep(shorter(
                        LOOK_AT_CLOCK, Duration.between(Instant.now(), due).plusMillis(50)));
            }
            if (!isValid(now)) {
                LOG.warn("the certificate has run out, enrolling again");
                return;
            }
            renew();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void renew() throws InterruptedException {
        KeyPair keys = KeyPairs.ecP256();
        ManagedChannel channel = server.as(identity);
        try {
            var answer = NodeServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .renewCertificate(RenewCertificateRequest.newBuilder()
                            .setCertificateRequest(ByteString.copyFrom(CertificateRequest.create(keys)))
                            .build());
            become(keys, answer.getCertificateChain());
            LOG.info(
                    "the certificate was renewed until {}",
                    identity.current().orElseThrow().notAfter());
            backoff.reset();
        } catch (StatusRuntimeException | TrustException failed) {
            LOG.warn("the certificate could not be renewed: {}", explain(failed));
            Thread.sleep(backoff.next());
        } finally {
            close(channel);
        }
    }

    /** gRPC's own words are "io exception"; what happened is said by the trust in the certificate, or by the innermost cause. */
    static String explain(Throwable failed) {
        Status status = Status.fromThrowable(failed);
        String said = "";
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            said = ": " + cause.getMessage();
            if (cause instanceof CertificateException) {
                break;
            }
        }
        String words = status.getDescription() == null ? String.valueOf(failed.getMessage()) : status.getDescription();
        return status.getCode() + ": " + words + said;
    }

    private static void close(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
}
