package dev.garboard.agent.net;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.server.BootDirector;
import dev.garboard.dhcp.server.BootInstruction;
import dev.garboard.dhcp.server.DhcpEvents;
import dev.garboard.dhcp.server.DhcpListener;
import dev.garboard.dhcp.server.DhcpPorts;
import dev.garboard.dhcp.server.DhcpServer;
import dev.garboard.dhcp.server.Lease;
import dev.garboard.dhcp.server.LeaseJournal;
import dev.garboard.dhcp.server.Pool;
import dev.garboard.dhcp.server.ReplyRules;
import dev.garboard.dhcp.server.Request;
import dev.garboard.dhcp.server.Silence;
import dev.garboard.dhcp.server.Subnet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The real DHCP server with leases of eight seconds, as a process in a namespace of {@link NetworkIT}. */
final class ProbeServer {

    private ProbeServer() {}

    /** Serves until its standard input ends. The argument is the interface. */
    @SuppressWarnings("SystemOut") // what the test waits for
    public static void main(String[] args) throws IOException {
        var server = Ipv4.parse("192.168.77.1");
        var subnet = new Subnet(
                "probe",
                Ipv4.parse("192.168.77.0"),
                24,
                Ipv4.parse("192.168.77.100"),
                Ipv4.parse("192.168.77.199"),
                List.of(server),
                List.of(server),
                List.of(),
                "lab.example",
                Duration.ofSeconds(8),
                Duration.ofSeconds(8),
                Map.of());
        var clock = InstantSource.system();
        var pool = new Pool(subnet, List.of(server), List.of(), clock);
        BootDirector director = (_, _, _) -> CompletableFuture.completedFuture(new BootInstruction.Nothing("a probe"));
        var dhcp = new DhcpServer(
                List.of(pool), ReplyRules.authoritative(), director, new Forgetful(), DhcpPorts.STANDARD, clock);
        var binding = new DhcpListener.Binding(args[0], server);
        try (var _ = DhcpListener.bind(List.of(binding), DhcpPorts.STANDARD, dhcp, new Printed())) {
            System.out.println("listening");
            while (System.in.read() >= 0) {
                // Until the test ends.
            }
        }
    }

    private static final class Forgetful implements LeaseJournal {
        @Override
        public CompletionStage<Void> commit(Lease lease) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public List<Lease> load(String subnet) {
            return List.of();
        }
    }

    @SuppressWarnings("SystemOut")
    private static final class Printed implements DhcpEvents {
        @Override
        public void received(Request request) {
            System.out.println("received " + request);
        }

        @Override
        public void replied(Request request, DhcpMessage reply) {}

        @Override
        public void silent(DhcpMessage message, Silence reason) {
            System.out.println("silent " + reason);
        }

        @Override
        public void malformed(InetSocketAddress sender, MalformedDhcpException malformed) {
            System.out.println("malformed " + malformed.getMessage());
        }
    }
}
