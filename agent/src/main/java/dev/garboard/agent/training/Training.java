package dev.garboard.agent.training;

import dev.garboard.agent.api.ApiServer;
import dev.garboard.agent.api.MachineApi;
import dev.garboard.agent.api.NodeView;
import dev.garboard.agent.clock.TimeSync;
import dev.garboard.agent.enrollment.BootTicket;
import dev.garboard.agent.enrollment.Enrollment;
import dev.garboard.agent.enrollment.NodeFacts;
import dev.garboard.agent.enrollment.NodeIdentity;
import dev.garboard.agent.enrollment.NodeStream;
import dev.garboard.agent.enrollment.ServerChannel;
import dev.garboard.agent.hardware.HardwareFacts;
import dev.garboard.agent.kubernetes.KubernetesRehearsal;
import dev.garboard.agent.linux.BootParameters;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.net.Netlink;
import dev.garboard.agent.net.NetworkRehearsal;
import dev.garboard.agent.screen.Console;
import dev.garboard.agent.screen.StatusScreen;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.DmesgRequest;
import dev.garboard.agentapi.v1.HardwareRequest;
import dev.garboard.agentapi.v1.InterfacesRequest;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.MachineServiceGrpc.MachineServiceBlockingStub;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ServiceListRequest;
import dev.garboard.agentapi.v1.TimeRequest;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the real parts against a boot server on loopback with a site of its own. Needs neither root nor a network, and
 * leaves nothing behind.
 */
public final class Training {

    private static final String HOST = "127.0.0.1";

    private Training() {}

    /** Runs once; returns when every part has done its work. */
    public static void run(Console console) throws IOException, InterruptedException {
        BootParameters.parse("quiet garboard.session=00000000000000000000000000000000 garboard.server=127.0.0.1:7443");
        NetworkRehearsal.run();
        var hardware = new HardwareFacts(Path.of("/")).collect(Netlink.links());
        var facts = new NodeFacts(
                "training", "training", "", Kernel.release(), "", () -> hardware, () -> "", () -> HOST, List::of);
        var random = new SecureRandom();
        var services = new ServiceTable();
        var screen = new StatusScreen(console, services);
        screen.start();
        var supervisor = new Supervisor(random, error -> console.line("training: " + error));
        var time = new TimeSync(services.add("time", ""), random, () -> {});
        supervisor.start(services.find("time").orElseThrow(), time);
        var identity = new NodeIdentity();
        var site = new ThrowAwaySite();
        try (var server = new TrainingServer(site)) {
            var channel = new ServerChannel(HOST + ":" + server.port(), site.ca(), _ -> {});
            var accepted = new CountDownLatch(1);
            var enrollment = services.add("enrollment", "");
            supervisor.start(
                    enrollment,
                    new Enrollment(
                            enrollment, channel, facts, BootTicket.none(), identity, random, new Enrollment.Listener() {
                                @Override
                                public void pending(String machine, String reason) {
                                    screen.update(
                                            now -> now.withMachine(machine).withState("pending"));
                                }

                                @Override
                                public void accepted(String machine) {
                                    accepted.countDown();
                                }
                            }));
            accepted.await();
            var stream = services.add("stream", "");
            supervisor.start(
                    stream,
                    new NodeStream(
                            stream, channel, facts, identity, services, ApiServer.PORT, random, _ -> {}, _ -> {}));
            var view = new NodeView(facts, () -> "training", Optional::empty, List::of, time);
            api(site, new MachineApi(view, services, (_, _) -> {}, (_, _) -> {
                throw new UnsupportedOperationException("nothing is reset here");
            }));
            server.awaitStatus();
        }
        KubernetesRehearsal.run(services.add("documents", ""), site.release(), site.ca());
    }

    private static void api(ThrowAwaySite site, MachineApi api) throws IOException {
        // A client looks for the role "server" at the other end here, so the API shows such a certificate.
        var shown = new NodeIdentity();
        shown.become(site.identity("training-node", Role.SERVER));
        var caller = new NodeIdentity();
        caller.become(site.identity("training", Role.ADMIN));
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = ApiServer.start(
                loopback, shown, site.ca(), RevocationGate.informed(InstantSource.system()), List.of(api))) {
            var channel = new ServerChannel(HOST + ":" + server.port(), site.ca(), _ -> {}).as(caller);
            try {
                callAll(MachineServiceGrpc.newBlockingStub(channel));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static void callAll(MachineServiceBlockingStub api) {
        attempt(() -> api.version(VersionRequest.getDefaultInstance()));
        attempt(() -> api.hardware(HardwareRequest.getDefaultInstance()));
        attempt(() -> api.serviceList(ServiceListRequest.getDefaultInstance()));
        attempt(() -> api.interfaces(InterfacesRequest.getDefaultInstance()));
        attempt(() -> api.time(TimeRequest.getDefaultInstance()));
        attempt(() -> api.resolve(
                ResolveRequest.newBuilder().setName("localhost").setServer(HOST).build()));
        attempt(() ->
                drain(api.logs(LogsRequest.newBuilder().setService("enrollment").build())));
        attempt(() -> drain(api.dmesg(DmesgRequest.getDefaultInstance())));
    }

    private static void drain(Iterator<?> lines) {
        while (lines.hasNext()) {
            lines.next();
        }
    }

    /** Some of it is refused to an ordinary user, /dev/kmsg for example; the code has run all the same. */
    private static void attempt(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            org.slf4j.LoggerFactory.getLogger("garboard.training").info("{}", refused.getMessage());
        }
    }
}
