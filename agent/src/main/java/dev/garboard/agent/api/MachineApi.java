package dev.garboard.agent.api;

import dev.garboard.agent.clock.TimeSync.Synchronization;
import dev.garboard.agent.clock.Timekeeping;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.linux.KernelLog;
import dev.garboard.agent.linux.KernelMessage;
import dev.garboard.agent.linux.Power.Down;
import dev.garboard.agent.logging.LogRing;
import dev.garboard.agent.net.DnsLookup;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.DmesgLine;
import dev.garboard.agentapi.v1.DmesgRequest;
import dev.garboard.agentapi.v1.DnsRecord;
import dev.garboard.agentapi.v1.HardwareRequest;
import dev.garboard.agentapi.v1.HardwareResponse;
import dev.garboard.agentapi.v1.InterfacesRequest;
import dev.garboard.agentapi.v1.InterfacesResponse;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.RebootResponse;
import dev.garboard.agentapi.v1.ResetRequest;
import dev.garboard.agentapi.v1.ResetResponse;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ResolveResponse;
import dev.garboard.agentapi.v1.ServiceListRequest;
import dev.garboard.agentapi.v1.ServiceListResponse;
import dev.garboard.agentapi.v1.ServiceRestartRequest;
import dev.garboard.agentapi.v1.ServiceRestartResponse;
import dev.garboard.agentapi.v1.ShutdownRequest;
import dev.garboard.agentapi.v1.ShutdownResponse;
import dev.garboard.agentapi.v1.TimeRequest;
import dev.garboard.agentapi.v1.TimeResponse;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.Caller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The methods of the machine API. Who may call which is decided before a call arrives here. */
public final class MachineApi extends MachineServiceGrpc.MachineServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");
    private static final int BATCH = 64;
    private static final int WAIT_MILLIS = 1000;

    private final NodeView node;
    private final ServiceTable services;
    private final ServiceRestarts restarts;
    private final BiConsumer<Down, String> goDown;
    private final Reset reset;
    private final Followers followers = new Followers();

    /** Gives up all that the node keeps. */
    public interface Reset {
        /**
         * Erases the node's disk. A refusal is a {@link StatusRuntimeException}; nothing was done then.
         *
         * @param who asked, and why
         * @return the answer, and how the machine is restarted after it was sent
         */
        Erased erase(ResetRequest request, String who) throws InterruptedException;
    }

    /**
     * What became of a reset: everything has ended, so the machine restarts in either case.
     *
     * @param failure why the disk still has its data; null when it has none
     * @param restart may not return
     */
    public record Erased(ResetResponse answer, @Nullable String failure, Runnable restart) {}

    /**
     * The API of this node.
     *
     * @param goDown called after a reboot or shutdown was answered, with who asked and why; may not return
     */
    public MachineApi(NodeView node, ServiceTable services, BiConsumer<Down, String> goDown, Reset reset) {
        this.node = node;
        this.services = services;
        this.restarts = new ServiceRestarts(services);
        this.goDown = goDown;
        this.reset = reset;
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> out) {
        var facts = node.facts();
        answer(
                out,
                VersionResponse.newBuilder()
                        .setAgentVersion(facts.agentVersion())
                        .setImage(facts.image())
                        .setImageRootHash(facts.imageRootHash())
                        .setKernelRelease(facts.kernelRelease())
                        .setArchitecture(System.getProperty("os.arch", ""))
                        .setJavaVersion(System.getProperty("java.runtime.version", ""))
                        .setBootSession(facts.bootSession())
                        .setBootedAt(ServiceMessages.timestamp(Kernel.bootedAt()))
                        .setMachine(node.machine().get())
                        .setAgentRssBytes(Kernel.residentBytes())
                        .build());
    }

    @Override
    public void hardware(HardwareRequest request, StreamObserver<HardwareResponse> out) {
        answer(
                out,
                HardwareResponse.newBuilder()
                        .setHardware(node.facts().hardware().get())
                        .build());
    }

    @Override
    public void serviceList(ServiceListRequest request, StreamObserver<ServiceListResponse> out) {
        var list = ServiceListResponse.newBuilder();
        services.all().forEach(service -> list.addServices(ServiceUsage.message(service)));
        answer(out, list.build());
    }

    @Override
    public void serviceRestart(ServiceRestartRequest request, StreamObserver<ServiceRestartResponse> out) {
        try {
            answer(out, restarts.restart(request.getService(), who()));
        } catch (StatusRuntimeException refused) {
            out.onError(refused);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            out.onError(Status.CANCELLED.asRuntimeException());
        }
    }

    @Override
    public void logs(LogsRequest request, StreamObserver<LogLine> out) {
        var service = services.find(request.getService());
        if (service.isEmpty()) {
            String known = services.all().stream().map(Service::name).collect(Collectors.joining(", "));
            out.onError(Status.NOT_FOUND
                    .withDescription("there is no service \"" + request.getService() + "\"; services are " + known)
                    .asRuntimeException());
            return;
        }
        LogRing log = service.get().log();
        followers.follow("logs " + request.getService(), out, stream -> send(log, request, stream));
    }

    private static void send(LogRing log, LogsRequest request, BlockingStream<LogLine> stream)
            throws InterruptedException {
        long position = log.tail((int) Math.min(request.getTail() & 0xffff_ffffL, Integer.MAX_VALUE));
        while (!stream.isCancelled()) {
            LogRing.Batch batch = log.read(position, BATCH);
            position = batch.position();
            long lost = batch.lost();
            for (LogRing.LogEntry entry : batch.entries()) {
                var line = LogLine.newBuilder()
                        .setTime(ServiceMessages.timestamp(entry.time()))
                        .setLevel(entry.level().toString())
                        .setText(entry.text())
                        .setLost(lost);
                lost = 0;
                if (!stream.send(line.build())) {
                    return;
                }
            }
            if (batch.entries().isEmpty()) {
                if (!request.getFollow()) {
                    return;
                }
                log.await(position, WAIT_MILLIS);
            }
        }
    }

    @Override
    public void dmesg(DmesgRequest request, StreamObserver<DmesgLine> out) {
        followers.follow("dmesg", out, stream -> {
            try (var log = KernelLog.open()) {
                while (!stream.isCancelled()) {
                    var message = log.next(request.getFollow() ? WAIT_MILLIS : 0);
                    if (message.isPresent()) {
                        if (!stream.send(line(message.get()))) {
                            return;
                        }
                    } else if (!request.getFollow()) {
                        return;
                    }
                }
            }
        });
    }

    private static DmesgLine line(KernelMessage message) {
        return DmesgLine.newBuilder()
                .setSequence(message.sequence())
                .setUptime(ServiceMessages.duration(message.uptime()))
                .setPriority(message.priority())
                .setFacility(message.facility())
                .setText(message.text())
                .build();
    }

    @Override
    public void interfaces(InterfacesRequest request, StreamObserver<InterfacesResponse> out) {
        answer(out, InterfaceList.read(node));
    }

    @Override
    public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> out) {
        DnsLookup.Answer found;
        try {
            List<InetAddress> servers = request.getServer().isEmpty()
                    ? node.resolvers().get()
                    : List.of(InetAddress.ofLiteral(request.getServer()));
            found = DnsLookup.resolve(request.getName(), request.getType(), servers);
        } catch (IllegalArgumentException malformed) {
            refuse(out, Status.INVALID_ARGUMENT, malformed);
            return;
        } catch (IllegalStateException noResolver) {
            refuse(out, Status.FAILED_PRECONDITION, noResolver);
            return;
        }
        var response = ResolveResponse.newBuilder()
                .setServer(found.server())
                .setRcode(found.rcode())
                .setDuration(ServiceMessages.duration(found.duration()));
        found.entries()
                .forEach(entry -> response.addRecords(DnsRecord.newBuilder()
                        .setName(entry.name())
                        .setType(entry.type())
                        .setTtl((int) entry.ttl())
                        .setData(entry.data())));
        answer(out, response.build());
    }

    @Override
    public void time(TimeRequest request, StreamObserver<TimeResponse> out) {
        var response = TimeResponse.newBuilder().setTime(ServiceMessages.timestamp(Instant.now()));
        node.time().servers().stream().findFirst().ifPresent(server -> response.setServer(server.getHostAddress()));
        node.time()
                .heard()
                .ifPresent(heard -> response.setServer("boot server")
                        .setOffset(ServiceMessages.duration(heard.offset()))
                        .setSynchronizedAt(ServiceMessages.timestamp(heard.at())));
        node.time()
                .last()
                .ifPresent((Synchronization last) -> response.setServer(last.server())
                        .setOffset(ServiceMessages.duration(last.offset()))
                        .setSynchronizedAt(ServiceMessages.timestamp(last.at()))
                        .setSynchronized(node.time()
                                .keeping()
                                .filter(Timekeeping::isSynchronized)
                                .isPresent()));
        node.time().keeping().ifPresent(keeping -> response.setMessage(keeping.message()));
        answer(out, response.build());
    }

    @Override
    public void reboot(RebootRequest request, StreamObserver<RebootResponse> out) {
        answer(out, RebootResponse.getDefaultInstance());
        goDown(Down.RESTART, request.getReason());
    }

    @Override
    public void shutdown(ShutdownRequest request, StreamObserver<ShutdownResponse> out) {
        answer(out, ShutdownResponse.getDefaultInstance());
        goDown(Down.OFF, request.getReason());
    }

    @Override
    public void reset(ResetRequest request, StreamObserver<ResetResponse> out) {
        Erased erased;
        try {
            erased = reset.erase(request, why("reset by", request.getReason()));
        } catch (StatusRuntimeException refused) {
            out.onError(refused);
            return;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            out.onError(Status.CANCELLED.asRuntimeException());
            return;
        }
        if (erased.failure() == null) {
            answer(out, erased.answer());
        } else {
            out.onError(Status.ABORTED.withDescription(erased.failure()).asRuntimeException());
        }
        // As below: the answer leaves when this thread has returned.
        Thread.ofPlatform().name("going down").start(erased.restart());
    }

    private static String why(String what, String reason) {
        return what + ' ' + who() + (reason.isEmpty() ? "" : ": " + reason);
    }

    private void goDown(Down how, String reason) {
        String why = who() + (reason.isEmpty() ? "" : ": " + reason);
        LOG.info("{} asked by {}", how, why);
        // The answer is on its way only after this thread has returned it to gRPC.
        Thread.ofPlatform().name("going down").start(() -> goDown.accept(how, why));
    }

    private static String who() {
        Caller caller = RoleInterceptor.CALLER.get();
        return caller == null ? "somebody" : caller.name();
    }

    private static <T> void answer(StreamObserver<T> out, T message) {
        out.onNext(message);
        out.onCompleted();
    }

    private static void refuse(StreamObserver<?> out, Status status, RuntimeException why) {
        out.onError(status.withDescription(why.getMessage()).asRuntimeException());
    }
}
