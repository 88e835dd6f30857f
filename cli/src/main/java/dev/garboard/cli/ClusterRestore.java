package dev.garboard.cli;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse.Phase;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import io.grpc.StatusException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The restore of one cluster: all nodes take a step before any takes the next. */
final class ClusterRestore {

    private static final int PART = 1 << 20;
    private static final int UPLOAD_SECONDS = 900;
    private static final Duration STOPPING = Duration.ofMinutes(3);
    private static final Duration STARTING = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final String cluster;
    private final ClusterNodeCalls calls;
    private final List<String> machines;
    private final Set<String> without;
    private final RestoreProgress progress;

    ClusterRestore(
            String cluster,
            ClusterNodeCalls calls,
            List<String> machines,
            Set<String> without,
            RestoreProgress progress) {
        this.cluster = cluster;
        this.calls = calls;
        this.machines = machines;
        this.without = without;
        this.progress = progress;
    }

    /** Refuses unless every control plane answers and nobody was forgotten. */
    Map<String, EtcdRestoreStatusResponse> check() {
        var statuses = new TreeMap<String, EtcdRestoreStatusResponse>();
        for (var machine : machines) {
            try {
                statuses.put(machine, status(machine));
            } catch (CommandException silent) {
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        silent.getMessage()
                                + "; every control plane must be there. If this one will not come back, go on with"
                                + " --without "
                                + machine,
                        silent);
            }
        }
        var forgotten = new TreeSet<String>();
        statuses.values().forEach(status -> status.getOthersList().forEach(other -> forgotten.add(other.getName())));
        forgotten.removeAll(statuses.values().stream()
                .map(status -> status.getSelf().getName())
                .toList());
        forgotten.removeAll(without);
        if (!forgotten.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the cluster has further control planes: " + String.join(", ", forgotten)
                            + "; name them too, with --address, or leave them out with --without");
        }
        return statuses;
    }

    void run(RestoreSnapshot snapshot) {
        var statuses = check();
        var token = token();
        var plan = EtcdRestorePlan.newBuilder()
                .setBytes(snapshot.bytes())
                .setSha256(snapshot.sha256())
                .setToken(token)
                .addAllMembers(statuses.values().stream()
                        .map(EtcdRestoreStatusResponse::getSelf)
                        .toList())
                .build();
        prepare(plan, snapshot, statuses);
        try {
            step(token, Step.STOP);
            await(
                    STOPPING,
                    "stopped",
                    status -> status.getPhase() == Phase.STOPPED,
                    EtcdRestoreStatusResponse::getMessage);
        } catch (CommandException failed) {
            throw new CommandException(
                    ExitCode.FAILED,
                    failed.getMessage()
                            + ". No data was replaced. Run the command again, or take it back: garboard cluster etcd"
                            + " restore "
                            + cluster + " --abandon",
                    failed);
        }
        try {
            step(token, Step.REPLACE);
            await(
                    STARTING,
                    "restored",
                    status -> status.getRestoredToken().equals(token) && status.getVotes() && status.getApiReady(),
                    EtcdRestoreStatusResponse::getMessage);
        } catch (CommandException failed) {
            throw new CommandException(
                    ExitCode.FAILED,
                    failed.getMessage()
                            + ". Data was replaced; there is no way back. Run the command again, it begins anew with"
                            + " the same snapshot",
                    failed);
        }
        progress.done("cluster-restored", "", "from " + snapshot.file() + ", as " + token);
    }

    private void prepare(
            EtcdRestorePlan plan, RestoreSnapshot snapshot, Map<String, EtcdRestoreStatusResponse> before) {
        var revisions = new LinkedHashSet<Long>();
        var brought = new ArrayList<String>();
        try {
            for (var machine : machines) {
                var answer = calls.ask(machine, UPLOAD_SECONDS, node -> send(node, plan, snapshot));
                brought.add(machine);
                revisions.add(answer.getRevision());
                progress.done("prepared", machine, answer.getKeys() + " keys up to revision " + answer.getRevision());
            }
            if (revisions.size() != 1) {
                throw new CommandException(
                        ExitCode.FAILED, "the nodes read different revisions from the same snapshot: " + revisions);
            }
        } catch (CommandException refused) {
            // Those that were stopped by an interrupted restore stay so: their data may be half of something.
            for (var machine : brought) {
                if (before.get(machine) != null && before.get(machine).getPhase() == Phase.NONE) {
                    forget(machine, plan.getToken());
                }
            }
            throw new CommandException(
                    ExitCode.FAILED, refused.getMessage() + ". Nothing was stopped and nothing was changed", refused);
        }
    }

    private void forget(String machine, String token) {
        try {
            step(machine, token, Step.ABANDON);
        } catch (CommandException stays) {
            progress.done("kept", machine, "the snapshot stays there until the next restore: " + stays.getMessage());
        }
    }

    private static EtcdRestoreResponse send(
            KubernetesServiceBlockingV2Stub node, EtcdRestorePlan plan, RestoreSnapshot snapshot)
            throws StatusException, InterruptedException {
        var call = node.etcdRestore();
        boolean open = call.write(EtcdRestoreRequest.newBuilder().setPlan(plan).build());
        try (var in = Files.newInputStream(snapshot.file())) {
            for (var part = in.readNBytes(PART); open && part.length > 0; part = in.readNBytes(PART)) {
                open = call.write(EtcdRestoreRequest.newBuilder()
                        .setData(ByteString.copyFrom(part))
                        .build());
            }
        } catch (IOException unreadable) {
            call.cancel("the snapshot cannot be read", unreadable);
            throw new CommandException(
                    ExitCode.FAILED, snapshot.file() + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        if (open) {
            call.halfClose();
        }
        var answer = call.read();
        if (answer == null) {
            throw new CommandException(ExitCode.FAILED, "the node ended the call without an answer; try again");
        }
        return answer;
    }

    /** Goes back to the present data, where that is possible. */
    void abandon() {
        var statuses = check();
        var restored = statuses.values().stream()
                .map(EtcdRestoreStatusResponse::getRestoredToken)
                .collect(Collectors.toSet());
        for (var status : statuses.entrySet()) {
            var one = status.getValue();
            if (one.getPhase() == Phase.REPLACING
                    || (restored.contains(one.getToken()) && !one.getToken().isEmpty())) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "data was replaced already, there is no way back: run the restore again, it begins anew with"
                                + " its snapshot");
            }
        }
        statuses.forEach((machine, status) -> {
            if (status.getPhase() != Phase.NONE) {
                step(machine, status.getToken(), Step.ABANDON);
                progress.done("abandoned", machine, "");
            }
        });
    }

    private void step(String token, Step step) {
        machines.forEach(machine -> step(machine, token, step));
    }

    private void step(String machine, String token, Step step) {
        var request = EtcdRestoreStepRequest.newBuilder()
                .setToken(token)
                .setStep(step)
                .build();
        calls.ask(machine, node -> node.etcdRestoreStep(request));
    }

    private EtcdRestoreStatusResponse status(String machine) {
        return calls.ask(machine, node -> node.etcdRestoreStatus(EtcdRestoreStatusRequest.getDefaultInstance()));
    }

    /** A node that does not answer at once may be starting anew. */
    private void await(
            Duration limit,
            String event,
            Predicate<EtcdRestoreStatusResponse> arrived,
            Function<EtcdRestoreStatusResponse, String> reason) {
        var waiting = new TreeMap<String, String>();
        machines.forEach(machine -> waiting.put(machine, ""));
        var deadline = Instant.now().plus(limit);
        while (!waiting.isEmpty()) {
            for (var machine : List.copyOf(waiting.keySet())) {
                try {
                    var status = status(machine);
                    if (arrived.test(status)) {
                        waiting.remove(machine);
                        progress.done(event, machine, "");
                    } else {
                        waiting.put(machine, reason.apply(status));
                    }
                } catch (CommandException silent) {
                    waiting.put(machine, String.valueOf(silent.getMessage()));
                }
            }
            if (!waiting.isEmpty() && Instant.now().isAfter(deadline)) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "not " + event + " within " + limit.toMinutes() + " min: "
                                + waiting.entrySet().stream()
                                        .map(one -> one.getKey()
                                                + (one.getValue().isEmpty() ? "" : " (" + one.getValue() + ")"))
                                        .collect(Collectors.joining(", ")));
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", interrupted);
        }
    }

    /** A name that no restore had before. */
    private String token() {
        var random = new byte[4];
        ThreadLocalRandom.current().nextBytes(random);
        var name = cluster.length() > 40 ? cluster.substring(0, 40) : cluster;
        return name + "-" + Instant.now().getEpochSecond() + "-"
                + HexFormat.of().formatHex(random);
    }
}
