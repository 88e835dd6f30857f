package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Ipv4;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The real server as a process of its own, so that {@link DhcpChannelIT} can start it in a private network namespace. */
final class ChannelServer {

    private ChannelServer() {}

    /** Serves until its standard input ends. The argument is the interface. */
    @SuppressWarnings("SystemOut") // its standard output is what the test waits for
    public static void main(String[] args) throws IOException {
        var clock = InstantSource.system();
        var pool = new Pool(Bench.subnet(), List.of(Bench.SERVER), List.of(), clock);
        var journal = new LeaseJournal() {
            @Override
            public CompletionStage<Void> commit(Lease lease) {
                System.out.println("leased " + lease.address().getHostAddress() + " to " + lease.mac());
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public List<Lease> load(String subnet) {
                return List.of();
            }
        };
        BootDirector director =
                (_, _, _) -> CompletableFuture.completedFuture(new BootInstruction.Nothing("nothing in this test"));
        var server =
                new DhcpServer(List.of(pool), ReplyRules.authoritative(), director, journal, DhcpPorts.STANDARD, clock);
        var binding = new DhcpListener.Binding(args[0], Ipv4.parse("192.168.77.1"));
        try (var _ = DhcpListener.bind(List.of(binding), DhcpPorts.STANDARD, server, new Bench());
                var _ = RouterAdvertiser.start(args[0]).orElseThrow()) {
            System.out.println("listening");
            while (System.in.read() >= 0) {
                // wait for the end
            }
        } catch (DhcpBindException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
