package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.nodeconfig.HostPort;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks at one cluster through its API servers, all at once: one that hangs holds nobody up for long. */
final class ClusterObserver implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    /** For one that was silent the last time: a dead machine must not make every round long. */
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(700);

    private final ClusterVault vault;
    private final ClusterApi.Connector connector;
    private final ExecutorService threads;
    private final InstantSource clock;
    private final Map<HostPort, Connection> connections = new HashMap<>();
    private final Set<String> silent = new HashSet<>();

    private record Connection(ClusterApi api, Instant since) {}

    /**
     * What was seen.
     *
     * @param api of a server that is ready; null when none is
     * @param servers all that are ready, by machine
     */
    record Observation(
            Set<String> answering,
            @Nullable ClusterApi api,
            Map<String, KubernetesNode> nodes,
            String trouble,
            Map<String, ClusterApi> servers) {

        static Observation nothing() {
            return new Observation(Set.of(), null, Map.of(), "", Map.of());
        }
    }

    ClusterObserver(ClusterVault vault, ClusterApi.Connector connector, ExecutorService threads, InstantSource clock) {
        this.vault = vault;
        this.connector = connector;
        this.threads = threads;
        this.clock = clock;
    }

    Observation observe(Resource<ClusterSpec, ClusterStatus> cluster) {
        var asked = new LinkedHashMap<String, CompletableFuture<String>>();
        var apis = new HashMap<String, ClusterApi>();
        for (var node : cluster.status().nodes()) {
            if (node.role() == Role.CONTROL_PLANE && node.stage() != Stage.WAITING && node.address() != null) {
                var api = connection(cluster, node);
                apis.put(node.machine(), api);
                asked.put(node.machine(), CompletableFuture.supplyAsync(api::trouble, threads));
            }
        }
        var answering = new TreeSet<String>();
        var trouble = "";
        long began = System.nanoTime();
        silent.retainAll(asked.keySet());
        for (var question : asked.entrySet()) {
            var machine = question.getKey();
            var patience = silent.contains(machine) ? LITTLE_PATIENCE : PATIENCE;
            try {
                var answer = answer(question.getValue(), began + patience.toNanos());
                silent.remove(machine);
                if (answer.isEmpty()) {
                    answering.add(machine);
                } else {
                    trouble = machine + ": " + answer;
                }
            } catch (TimeoutException none) {
                silent.add(machine);
                trouble = machine + ": no answer within " + patience.toMillis() + " ms";
                forget(cluster, machine);
            }
        }
        apis.keySet().retainAll(answering);
        for (var machine : answering) {
            var api = Objects.requireNonNull(apis.get(machine));
            try {
                return new Observation(answering, api, api.nodes(), trouble, apis);
            } catch (KubernetesException refused) {
                trouble = machine + ": " + refused.getMessage();
            }
        }
        return new Observation(answering, null, Map.of(), trouble, apis);
    }

    /** A connection lasts half the life of its certificate. */
    private ClusterApi connection(Resource<ClusterSpec, ClusterStatus> cluster, Node node) {
        var server = server(node);
        var known = connections.get(server);
        if (known != null && clock.instant().isBefore(known.since().plus(KubernetesApi.keptFor()))) {
            return known.api();
        }
        if (known != null) {
            known.api().close();
        }
        var api = connector.connect(server, vault.of(cluster));
        connections.put(server, new Connection(api, clock.instant()));
        return api;
    }

    /** A connection to a machine that died would stay silent for minutes after the machine is back. */
    private void forget(Resource<ClusterSpec, ClusterStatus> cluster, String machine) {
        cluster.status()
                .node(machine)
                .map(node -> connections.remove(server(node)))
                .ifPresent(connection -> connection.api().close());
    }

    private static HostPort server(Node node) {
        return new HostPort(Objects.requireNonNull(node.address()), ControlPlane.DEFAULT_PORT);
    }

    private static String answer(CompletableFuture<String> question, long deadline) throws TimeoutException {
        try {
            return question.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            return String.valueOf(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "the server is stopping";
        }
    }

    @Override
    public void close() {
        connections.values().forEach(connection -> connection.api().close());
        connections.clear();
    }
}
