package dev.garboard.dhcp.server;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MalformedDhcpException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A server on the workbench: its journal, director, clock and events are in the test's hands. */
final class Bench implements DhcpEvents, InstantSource {

    static final Inet4Address SERVER = Ipv4.parse("192.168.77.1");

    final List<Lease> journal = new ArrayList<>();
    final List<Client> asked = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    Instant now = Instant.parse("2026-11-23T12:00:00Z");
    CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);
    CompletionStage<BootInstruction> instruction =
            CompletableFuture.completedFuture(new BootInstruction.Nothing("nothing on the bench"));
    Pool pool;
    DhcpServer server;

    Bench() {
        this(subnet());
    }

    Bench(Subnet subnet) {
        pool = new Pool(subnet, List.of(SERVER), List.of(), this);
        server = server(pool);
    }

    static Subnet subnet() {
        return subnet("192.168.77.100", "192.168.77.199", Map.of());
    }

    static Subnet subnet(String from, String to, Map<MacAddress, Inet4Address> reservations) {
        return new Subnet(
                "lab",
                Ipv4.parse("192.168.77.0"),
                24,
                Ipv4.parse(from),
                Ipv4.parse(to),
                List.of(SERVER),
                List.of(),
                List.of(),
                null,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                reservations);
    }

    /** A new life of the server with what the journal has. */
    void restart(Subnet subnet) {
        pool = new Pool(subnet, List.of(SERVER), journal, this);
        server = server(pool);
    }

    Outcome handle(DhcpMessage message) {
        return handleLater(message).join();
    }

    CompletableFuture<Outcome> handleLater(DhcpMessage message) {
        return handleFrom(message, false, new InetSocketAddress(Ipv4.ANY, 68));
    }

    CompletableFuture<Outcome> handleFrom(DhcpMessage message, boolean bootPort, InetSocketAddress sender) {
        return server.handle(message, new DhcpServer.Arrival(SERVER, bootPort, sender), this)
                .toCompletableFuture();
    }

    /** The reply, as a client reads it. */
    DhcpMessage reply(DhcpMessage message) {
        return switch (handle(message)) {
            case Outcome.Reply(var _, var _, var bytes, var _) -> DhcpCodec.decode(bytes.toArray());
            case Outcome.Quiet(var _, var reason) -> throw new AssertionError("no reply: " + reason);
        };
    }

    Silence silence(DhcpMessage message) {
        return switch (handle(message)) {
            case Outcome.Quiet(var _, var reason) -> reason;
            case Outcome.Reply(var _, var reply, var _, var _) -> throw new AssertionError("a reply: " + reply);
        };
    }

    private DhcpServer server(Pool of) {
        var store = new LeaseJournal() {
            @Override
            public CompletionStage<Void> commit(Lease lease) {
                journal.add(lease);
                return disk;
            }

            @Override
            public List<Lease> load(String subnet) {
                return journal;
            }
        };
        BootDirector director = (client, _, _) -> {
            asked.add(client);
            return instruction;
        };
        return new DhcpServer(List.of(of), ReplyRules.authoritative(), director, store, DhcpPorts.STANDARD, this);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public void received(Request request) {
        told.add("received " + request.type());
    }

    @Override
    public void replied(Request request, DhcpMessage reply) {
        told.add("replied " + reply.type());
    }

    @Override
    public void silent(DhcpMessage message, Silence reason) {
        told.add("silent " + reason);
    }

    @Override
    public void malformed(InetSocketAddress sender, MalformedDhcpException malformed) {
        told.add("malformed " + malformed.fault() + " " + malformed.hardwareAddress());
    }
}
