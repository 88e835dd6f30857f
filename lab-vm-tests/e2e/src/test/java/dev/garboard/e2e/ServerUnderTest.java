package dev.garboard.e2e;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.server.BootInstruction;
import dev.garboard.dhcp.server.DhcpEvents;
import dev.garboard.dhcp.server.DhcpPorts;
import dev.garboard.dhcp.server.DhcpServer;
import dev.garboard.dhcp.server.Lease;
import dev.garboard.dhcp.server.LeaseJournal;
import dev.garboard.dhcp.server.Outcome;
import dev.garboard.dhcp.server.Pool;
import dev.garboard.dhcp.server.ReplyRules;
import dev.garboard.dhcp.server.Request;
import dev.garboard.dhcp.server.Silence;
import dev.garboard.dhcp.server.Subnet;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Our decision core, whose replies a test may spoil to see that the firmware really needs what is in them. */
final class ServerUnderTest implements FirmwareRig.Responder, DhcpEvents, LeaseJournal {

    private final DhcpServer server;
    private final UnaryOperator<DhcpMessage> spoil;

    ServerUnderTest(BootInstruction instruction, UnaryOperator<DhcpMessage> spoil) {
        var subnet = new Subnet(
                "rig",
                Ipv4.parse("192.168.77.0"),
                24,
                Ipv4.parse("192.168.77.100"),
                Ipv4.parse("192.168.77.199"),
                List.of(FirmwareRig.SERVER),
                List.of(),
                List.of(),
                null,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Map.of());
        var clock = InstantSource.system();
        this.spoil = spoil;
        this.server = new DhcpServer(
                List.of(new Pool(subnet, List.of(FirmwareRig.SERVER), List.of(), clock)),
                ReplyRules.authoritative(),
                (_, _, _) -> CompletableFuture.completedFuture(instruction),
                this,
                DhcpPorts.STANDARD,
                clock);
    }

    @Override
    public Optional<FirmwareRig.Answer> answer(DhcpMessage request, boolean bootPort, InetSocketAddress sender) {
        var outcome = server.handle(request, new DhcpServer.Arrival(FirmwareRig.SERVER, bootPort, sender), this)
                .toCompletableFuture()
                .join();
        return switch (outcome) {
            case Outcome.Quiet _ -> Optional.empty();
            case Outcome.Reply(var _, var message, var bytes, var destination) -> {
                var spoilt = spoil.apply(message);
                var payload = spoilt.equals(message)
                        ? bytes
                        : Octets.copyOf(DhcpCodec.encode(spoilt, DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM)
                                .orElseThrow());
                yield Optional.of(new FirmwareRig.Answer(payload, destination));
            }
        };
    }

    @Override
    public CompletionStage<Void> commit(Lease lease) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<Lease> load(String subnet) {
        return List.of();
    }

    @Override
    public void received(Request request) {}

    @Override
    public void replied(Request request, DhcpMessage reply) {}

    @Override
    public void silent(DhcpMessage message, Silence reason) {}

    @Override
    public void malformed(InetSocketAddress sender, MalformedDhcpException malformed) {}
}
