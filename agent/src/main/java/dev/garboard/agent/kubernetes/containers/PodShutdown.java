package dev.garboard.agent.kubernetes.containers;

import dev.garboard.agentapi.cri.Container;
import dev.garboard.agentapi.cri.ContainerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the pods of a node that goes down: each gets its signal and its grace period, but no more than a limit for all of them. Those of
 * {@code kube-system} come last, because the others may need them to end in order. The kubelet does not do it here: it needs a systemd for
 * that, and must not run meanwhile, or it would start again what ends. Hooks ({@code preStop}) are the kubelet's, and are not run.
 */
public final class PodShutdown {

    /** What pods may take together, whatever their own grace periods. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    /** The same for those of {@code kube-system}, afterwards. */
    public static final Duration SYSTEM_LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger("garboard.shutdown");
    private static final String SYSTEM = "kube-system";

    /** The kubelet puts it on every container. */
    private static final String GRACE = "io.kubernetes.pod.terminationGracePeriod";

    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    /** A runtime that has killed a container after its grace period needs a moment for it. */
    private static final Duration REAPING = Duration.ofSeconds(5);

    private static final long TELL_MILLIS = 5000;
    private static final int MOST_NAMES = 8;

    private final ContainerRuntime runtime;

    /** A container that runs. */
    record Running(String id, String name, boolean system, Duration grace) {

        static Running of(Container container) {
            var name = ContainerName.of(container);
            return new Running(
                    container.getId(),
                    name.full(),
                    name.namespace().equals(SYSTEM),
                    PodShutdown.grace(container.getAnnotationsOrDefault(GRACE, "")));
        }
    }

    /** What runs the containers. */
    interface ContainerRuntime {
        List<Running> running();

        /** Asks a container to end, kills it after the grace period, and returns when it has ended. */
        void stop(String id, Duration grace);
    }

    PodShutdown(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /** Of the containers behind containerd's socket. */
    public static PodShutdown of(Path socket) {
        return new PodShutdown(new ContainerRuntime() {
            @Override
            public List<Running> running() {
                try (var client = ContainerdClient.open(socket)) {
                    return client.containers().stream()
                            .filter(container -> container.getState() == ContainerState.CONTAINER_RUNNING)
                            .map(Running::of)
                            .toList();
                }
            }

            @Override
            public void stop(String id, Duration grace) {
                try (var client = ContainerdClient.open(socket)) {
                    client.stop(id, grace);
                }
            }
        });
    }

    /** Text of an annotation; whoever may write a pod wrote the number. */
    static Duration grace(String seconds) {
        try {
            return seconds.isEmpty() ? DEFAULT_GRACE : Duration.ofSeconds(Math.max(0, Integer.parseInt(seconds)));
        } catch (NumberFormatException strange) {
            return DEFAULT_GRACE;
        }
    }

    /** Ends all of them; returns within the limits. */
    public void run() throws InterruptedException {
        run(LIMIT, SYSTEM_LIMIT);
    }

    void run(Duration limit, Duration systemLimit) throws InterruptedException {
        List<Running> all;
        try {
            all = runtime.running();
        } catch (ContainerdException away) {
            LOG.warn("pods cannot be asked to end, they are killed: {}", away.getMessage());
            return;
        }
        end(all.stream().filter(each -> !each.system()).toList(), limit);
        end(all.stream().filter(Running::system).toList(), systemLimit);
    }

    private void end(List<Running> containers, Duration limit) throws InterruptedException {
        if (containers.isEmpty()) {
            return;
        }
        LOG.info(
                "{} containers are asked to end, within {} s: {}",
                containers.size(),
                limit.toSeconds(),
                names(containers));
        Set<Running> left = ConcurrentHashMap.newKeySet();
        left.addAll(containers);
        // Not closed in a try: closing waits for a runtime that hangs.
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        for (Running each : containers) {
            threads.execute(() -> stop(each, limit, left));
        }
        threads.shutdown();
        long deadline = System.nanoTime() + limit.plus(REAPING).toNanos();
        for (long rest = deadline - System.nanoTime(); rest > 0; rest = deadline - System.nanoTime()) {
            if (threads.awaitTermination(
                    Math.min(rest, TimeUnit.MILLISECONDS.toNanos(TELL_MILLIS)), TimeUnit.NANOSECONDS)) {
                break;
            }
            LOG.info("waiting for {} containers: {}", left.size(), names(List.copyOf(left)));
        }
        threads.shutdownNow();
        if (!left.isEmpty()) {
            LOG.warn("{} containers have not ended, and are killed: {}", left.size(), names(List.copyOf(left)));
        }
    }

    private void stop(Running container, Duration limit, Set<Running> left) {
        try {
            runtime.stop(container.id(), container.grace().compareTo(limit) < 0 ? container.grace() : limit);
            left.remove(container);
        } catch (ContainerdException failed) {
            LOG.warn("{}: {}", container.name(), failed.getMessage());
        }
    }

    private static String names(List<Running> containers) {
        return containers.stream()
                        .sorted(Comparator.comparing(Running::name))
                        .limit(MOST_NAMES)
                        .map(Running::name)
                        .collect(Collectors.joining(", "))
                + (containers.size() > MOST_NAMES ? " and " + (containers.size() - MOST_NAMES) + " more" : "");
    }
}
