package dev.garboard.fleet.cluster;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesUpgradeRequest;
import dev.garboard.agentapi.v1.KubernetesUpgradeResponse;
import dev.garboard.agentapi.v1.UpgradeOutcome;
import dev.garboard.agentapi.v1.UpgradeOutcome.Result;
import dev.garboard.agentapi.v1.UpgradeStep;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.trust.Caller;
import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.GuardedChange;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code KubernetesUpgrade}. It only declares the version, after the checks have passed; the cluster's loop does the rest, whether
 * somebody listens or not.
 */
final class UpgradeCall {

    private static final Logger log = LoggerFactory.getLogger(UpgradeCall.class);

    private static final long LOOK_EVERY_MILLIS = 250;

    private final Clusters.Parts parts;
    private final ClusterVault vault;
    private final ClusterApi.Connector connector;
    private final ResourceMirror<MachineSpec, MachineStatus> machines;
    private final UpgradeInspector inspector;
    private final ExecutorService threads;

    UpgradeCall(
            Clusters.Parts parts,
            ClusterVault vault,
            ClusterApi.Connector connector,
            ResourceMirror<MachineSpec, MachineStatus> machines,
            UpgradeInspector inspector,
            ExecutorService threads) {
        this.parts = parts;
        this.vault = vault;
        this.connector = connector;
        this.machines = machines;
        this.inspector = inspector;
        this.threads = threads;
    }

    ServerMethodDefinition<KubernetesUpgradeRequest, KubernetesUpgradeResponse> method() {
        return ServerMethodDefinition.create(
                KubernetesServiceGrpc.getKubernetesUpgradeMethod(), ServerCalls.asyncServerStreamingCall(this::answer));
    }

    private void answer(KubernetesUpgradeRequest request, StreamObserver<KubernetesUpgradeResponse> out) {
        var caller = Objects.requireNonNullElse(RoleInterceptor.CALLER.get(), new Caller("", Set.of()));
        var stream = (ServerCallStreamObserver<KubernetesUpgradeResponse>) out;
        // With a handler a caller that is gone is no error: the upgrade goes on without it.
        stream.setOnCancelHandler(() -> {});
        threads.execute(() -> {
            try {
                run(caller, request, stream);
                if (!stream.isCancelled()) {
                    stream.onCompleted();
                }
            } catch (StatusRuntimeException refused) {
                fail(stream, refused);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                fail(
                        stream,
                        Status.UNAVAILABLE
                                .withDescription("the server is stopping")
                                .asRuntimeException());
            } catch (RuntimeException failed) {
                log.atWarn()
                        .addKeyValue("cluster", request.getCluster())
                        .setCause(failed)
                        .log("upgrade not answered");
                fail(stream, Status.INTERNAL.withDescription(failed.toString()).asRuntimeException());
            }
        });
    }

    private static void fail(ServerCallStreamObserver<?> stream, StatusRuntimeException failure) {
        if (!stream.isCancelled()) {
            stream.onError(failure);
        }
    }

    private void run(
            Caller caller, KubernetesUpgradeRequest request, ServerCallStreamObserver<KubernetesUpgradeResponse> out)
            throws InterruptedException {
        var cluster = cluster(request.getCluster());
        if (request.getVersion().isEmpty()) {
            follow(cluster.name(), out);
            return;
        }
        var to = version(request.getVersion());
        boolean declared = cluster.spec().version().equals(to.toString());
        if (request.getDryRun()) {
            var against = check(cluster, to, out);
            out.onNext(outcome(
                    against.isEmpty() ? Result.RESULT_POSSIBLE : Result.RESULT_REFUSED,
                    against.isEmpty() ? "nothing speaks against it; nothing was changed" : against));
            return;
        }
        CertificateFailure.ofRole(caller, GuardedChange.UPGRADE_CALL.role(), "KubernetesUpgrade without dry_run")
                .ifPresent(small -> {
                    throw Status.PERMISSION_DENIED
                            .withDescription(small.message())
                            .asRuntimeException();
                });
        if (!declared) {
            var against = check(cluster, to, out);
            if (!against.isEmpty()) {
                out.onNext(outcome(Result.RESULT_REFUSED, "nothing was changed. " + against));
                return;
            }
            declare(caller, cluster, to);
        }
        follow(cluster.name(), out);
    }

    private Resource<ClusterSpec, ClusterStatus> cluster(String name) {
        return parts.inventory().store().get(Kinds.CLUSTER, name).orElseThrow(() -> {
            var all = parts.inventory().store().list(Kinds.CLUSTER).items().stream()
                    .map(Resource::name)
                    .collect(Collectors.joining(", "));
            return Status.NOT_FOUND
                    .withDescription("there is no cluster \"" + name + "\"; there "
                            + (all.isEmpty() ? "are none: garboard cluster create" : "is " + all))
                    .asRuntimeException();
        });
    }

    private static KubernetesVersion version(String text) {
        try {
            return KubernetesVersion.parse(text);
        } catch (IllegalArgumentException unsupported) {
            throw Status.INVALID_ARGUMENT
                    .withDescription(unsupported.getMessage())
                    .asRuntimeException();
        }
    }

    /** Tells every check; what speaks against it, or an empty text. */
    private String check(
            Resource<ClusterSpec, ClusterStatus> cluster,
            KubernetesVersion to,
            ServerCallStreamObserver<KubernetesUpgradeResponse> out) {
        var known = machines.all().stream()
                .map(machine -> MachineFacts.of(machine, Map.of()))
                .toList();
        List<UpgradeCheck> checks;
        try (var observer = new ClusterObserver(vault, connector, threads, parts.clock())) {
            var seen = cluster.status().bootstrapMachine() == null
                    ? ClusterObserver.Observation.nothing()
                    : observer.observe(cluster);
            checks = inspector.checks(cluster, to, parts.bundles().ofVersion(to).orElse(null), seen, known);
        }
        for (var check : checks) {
            out.onNext(said().setCheck(dev.garboard.agentapi.v1.UpgradeCheck.newBuilder()
                            .setName(check.name())
                            .setPassed(check.passed())
                            .setMessage(check.message()))
                    .build());
        }
        return checks.stream()
                .filter(check -> !check.passed())
                .map(check -> check.name() + ": " + check.message())
                .collect(Collectors.joining("; "));
    }

    private void declare(Caller caller, Resource<ClusterSpec, ClusterStatus> cluster, KubernetesVersion to) {
        try {
            parts.inventory()
                    .store()
                    .update(
                            Kinds.CLUSTER,
                            cluster.name(),
                            one -> one.withSpec(one.spec().withVersion(to.toString())));
        } catch (InvalidResourceException refused) {
            throw Status.FAILED_PRECONDITION
                    .withDescription(String.join("; ", refused.problems()))
                    .asRuntimeException();
        }
        log.atInfo()
                .addKeyValue("cluster", cluster.name())
                .addKeyValue("version", to)
                .addKeyValue("by", caller.describe())
                .log("upgrade declared");
    }

    /** Tells each step until there is no next one. */
    private void follow(String name, ServerCallStreamObserver<KubernetesUpgradeResponse> out)
            throws InterruptedException {
        @Nullable UpgradeStep told = null;
        while (!out.isCancelled()) {
            var cluster = cluster(name);
            var upgrade = cluster.status().upgrade();
            boolean settled = upgrade == null || !upgrade.isActive();
            var runs = cluster.status().version();
            if (settled && (runs == null || runs.equals(cluster.spec().version()))) {
                out.onNext(
                        upgrade == null
                                ? outcome(
                                        Result.RESULT_NONE,
                                        "there was no upgrade; " + name + " runs Kubernetes "
                                                + (runs == null ? "nowhere yet" : runs))
                                : outcome(Result.RESULT_DONE, done(upgrade)));
                return;
            }
            if (upgrade != null
                    && upgrade.isActive()
                    && upgrade.to().equals(cluster.spec().version())) {
                var step = step(upgrade);
                // Between two nodes there is a moment in which nothing is done.
                if (!step.equals(told) && !step.getMessage().isEmpty()) {
                    out.onNext(said().setStep(step).build());
                    told = step;
                }
                if (!upgrade.failure().isEmpty()) {
                    out.onNext(outcome(Result.RESULT_STOPPED, upgrade.failure()));
                    return;
                }
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private static String done(ClusterUpgrade upgrade) {
        var snapshot = upgrade.snapshot();
        return "Kubernetes " + upgrade.to() + " on every node, from " + upgrade.from()
                + (snapshot == null
                        ? ""
                        : "; etcd as it was before lies in " + snapshot.file() + " on the server, SHA-256 "
                                + snapshot.sha256());
    }

    private static UpgradeStep step(ClusterUpgrade upgrade) {
        return UpgradeStep.newBuilder()
                .setPhase(word(upgrade.phase()))
                .setMachine(upgrade.machine() == null ? "" : upgrade.machine())
                .setStep(upgrade.step() == null ? "" : word(upgrade.step()))
                .setMessage(upgrade.message())
                .build();
    }

    /** As in the resource: {@code ControlPlanes}. */
    private static String word(Enum<?> constant) {
        var word = new StringBuilder();
        for (var part : constant.name().split("_", -1)) {
            word.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
        }
        return word.toString();
    }

    private KubernetesUpgradeResponse outcome(Result result, String message) {
        return said().setOutcome(UpgradeOutcome.newBuilder().setResult(result).setMessage(message))
                .build();
    }

    private KubernetesUpgradeResponse.Builder said() {
        var now = parts.clock().instant();
        return KubernetesUpgradeResponse.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
    }
}
