package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers messages: classifies, lets the rules decide, and does what they decided. It knows no socket, so the firmware tests
 * feed it frames. Safe for several threads.
 */
public final class DhcpServer {

    private static final Logger log = LoggerFactory.getLogger(DhcpServer.class);

    private static final int MAXIMUM_IN_FLIGHT = 4096;
    private static final long DECISION_SECONDS = 10;

    private final List<Pool> pools;
    private final List<ReplyRule> rules;
    private final LeaseJournal journal;
    private final BootDialogues dialogues;
    private final Admission admission;
    private final DhcpPorts ports;

    public DhcpServer(
            List<Pool> pools,
            List<ReplyRule> rules,
            BootDirector director,
            LeaseJournal journal,
            DhcpPorts ports,
            InstantSource clock) {
        this.pools = List.copyOf(pools);
        this.rules = List.copyOf(rules);
        this.journal = journal;
        this.dialogues = new BootDialogues(director, clock);
        this.admission = new Admission(MAXIMUM_IN_FLIGHT, clock);
        this.ports = ports;
    }

    /** Where a message came in. */
    public record Arrival(Inet4Address server, boolean bootPort, InetSocketAddress sender) {}

    /** The outcome, which may have to wait for the boot decision or the disk; it never completes exceptionally. */
    public CompletionStage<Outcome> handle(DhcpMessage message, Arrival arrival, DhcpEvents events) {
        if (message.reply()) {
            return quiet(message, Silence.NOT_A_REQUEST);
        }
        var mac = message.mac().filter(DhcpServer::isOneMachine);
        if (mac.isEmpty()) {
            return quiet(message, Silence.UNKNOWN_HARDWARE);
        }
        if (message.type().isEmpty()) {
            return quiet(message, Silence.NO_MESSAGE_TYPE);
        }
        var request = new Request(
                message,
                message.type().get(),
                Client.of(message, mac.get()),
                arrival.server(),
                arrival.bootPort(),
                arrival.sender());
        var pool = poolOf(request);
        var sender = Sender.of(request, pool);
        var refused = admission.refuse(sender);
        if (refused.isPresent()) {
            return quiet(message, refused.get());
        }
        return decide(request, pool, events)
                .exceptionally(failure -> failed(request, Silence.DECISION_FAILED, failure))
                .whenComplete((_, _) -> admission.done(sender));
    }

    private @Nullable Pool poolOf(Request request) {
        return pools.stream()
                .filter(pool -> pool.subnet().contains(request.origin()))
                .findFirst()
                .orElse(null);
    }

    private CompletionStage<Outcome> decide(Request request, @Nullable Pool pool, DhcpEvents events) {
        try {
            events.received(request);
            if (pool == null) {
                return quiet(request.message(), Silence.NO_SUBNET);
            }
            var decision = rules.stream()
                    .flatMap(rule -> rule.decide(request, pool).stream())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no rule decided about " + request.type()));
            return carryOut(decision, request, pool);
        } catch (RuntimeException | Error failure) {
            // An Error too: the client's place must be given back, or it is never answered again.
            return CompletableFuture.failedFuture(failure);
        }
    }

    private CompletionStage<Outcome> carryOut(Decision decision, Request request, Pool pool) {
        var composer = new ReplyComposer(pool.subnet());
        return switch (decision) {
            case Decision.Offer(var address) ->
                boot(request, address)
                        .thenApply(boot -> refusal(request, boot)
                                .orElseGet(() ->
                                        send(request, composer.lease(request, MessageType.OFFER, address, boot))));
            case Decision.Grant(var address) ->
                boot(request, address)
                        .thenCompose(boot -> refusal(request, boot)
                                .<CompletionStage<Outcome>>map(CompletableFuture::completedFuture)
                                .orElseGet(() -> grant(request, pool, composer, address, boot)));
            case Decision.NameBootFile() ->
                boot(request, request.message().clientAddress())
                        .thenApply(boot -> refusal(request, boot)
                                .orElseGet(() -> send(request, composer.bootPort(request, boot))));
            case Decision.Inform() -> CompletableFuture.completedFuture(send(request, composer.inform(request)));
            case Decision.Refuse(var message) ->
                CompletableFuture.completedFuture(send(request, composer.refusal(request, message)));
            case Decision.Release(var address) ->
                ended(request, pool.release(request.client(), address), Silence.RELEASED);
            case Decision.Quarantine(var address) ->
                ended(request, pool.quarantine(request.client(), address), Silence.DECLINED);
            case Decision.Silent(var reason) -> quiet(request.message(), reason);
        };
    }

    private CompletionStage<BootAnswer> boot(Request request, Inet4Address address) {
        // A copy, because the time limit is this request's and not the decision's.
        return dialogues
                .answer(request, address)
                .toCompletableFuture()
                .copy()
                .orTimeout(DECISION_SECONDS, TimeUnit.SECONDS);
    }

    private static Optional<Outcome> refusal(Request request, BootAnswer boot) {
        return boot.instruction() instanceof BootInstruction.Refuse
                ? Optional.of(new Outcome.Quiet(request.message(), Silence.BOOT_REFUSED))
                : Optional.empty();
    }

    private CompletionStage<Outcome> grant(
            Request request, Pool pool, ReplyComposer composer, Inet4Address address, BootAnswer boot) {
        var acknowledgement = send(request, composer.lease(request, MessageType.ACK, address, boot));
        var lease = pool.prepare(request.client(), address);
        return journal.commit(lease)
                .toCompletableFuture()
                .copy()
                .orTimeout(DECISION_SECONDS, TimeUnit.SECONDS)
                .thenApply(_ -> {
                    pool.confirm(lease);
                    return acknowledgement;
                })
                .exceptionally(failure -> failed(request, Silence.LEASE_NOT_COMMITTED, failure));
    }

    private CompletionStage<Outcome> ended(Request request, Optional<Lease> lease, Silence reason) {
        Outcome outcome = new Outcome.Quiet(request.message(), reason);
        return lease.map(ended -> journal.commit(ended).thenApply(_ -> outcome))
                .orElseGet(() -> CompletableFuture.completedFuture(outcome));
    }

    private Outcome send(Request request, DhcpMessage reply) {
        return ReplyComposer.fit(request, reply)
                .<Outcome>map(
                        bytes -> new Outcome.Reply(request, reply, Octets.copyOf(bytes), destination(request, reply)))
                .orElseGet(() -> new Outcome.Quiet(request.message(), Silence.REPLY_TOO_LARGE));
    }

    /** RFC 2131 section 4.1. Never to an address by ARP that the client cannot answer for yet: that is broadcast. */
    private InetSocketAddress destination(Request request, DhcpMessage reply) {
        if (request.bootPort()) {
            return request.sender();
        }
        if (!Ipv4.isAny(reply.relay())) {
            return new InetSocketAddress(reply.relay(), ports.server());
        }
        boolean refusal = reply.type().filter(MessageType.NAK::equals).isPresent();
        var clientAddress = request.message().clientAddress();
        return refusal || Ipv4.isAny(clientAddress)
                ? new InetSocketAddress(Ipv4.BROADCAST, ports.client())
                : new InetSocketAddress(clientAddress, ports.client());
    }

    private static Outcome failed(Request request, Silence reason, Throwable failure) {
        log.atError()
                .addKeyValue("mac", request.client().mac())
                .addKeyValue("message", request.type())
                .setCause(failure)
                .log(reason.explanation());
        return new Outcome.Quiet(request.message(), reason);
    }

    private static boolean isOneMachine(MacAddress mac) {
        var octets = mac.octets().toBuffer();
        boolean group = (octets.get(0) & 1) != 0;
        return !group && !mac.octets().equals(Octets.ofHex("000000000000"));
    }

    private static CompletionStage<Outcome> quiet(DhcpMessage message, Silence reason) {
        return CompletableFuture.completedFuture(new Outcome.Quiet(message, reason));
    }
}
