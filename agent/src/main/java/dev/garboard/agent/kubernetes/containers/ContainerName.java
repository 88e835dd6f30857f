package dev.garboard.agent.kubernetes.containers;

import dev.garboard.agentapi.NearNames;
import dev.garboard.agentapi.cri.Container;
import dev.garboard.agentapi.cri.ContainerState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which container is meant by what a person typed.
 *
 * @param attempt how often it was started again in its pod before
 * @param createdAt nanoseconds since 1970
 * @param ended whether its process has ended
 */
record ContainerName(
        String id,
        String namespace,
        String pod,
        String podUid,
        String name,
        int attempt,
        long createdAt,
        boolean ended) {

    private static final int SHORTEST_ID = 4;
    private static final int MOST_NAMES = 8;

    /** By the labels that the kubelet gives to its containers. */
    static ContainerName of(Container container) {
        Map<String, String> labels = container.getLabelsMap();
        return new ContainerName(
                container.getId(),
                labels.getOrDefault("io.kubernetes.pod.namespace", ""),
                labels.getOrDefault("io.kubernetes.pod.name", ""),
                labels.getOrDefault("io.kubernetes.pod.uid", ""),
                container.getMetadata().getName(),
                container.getMetadata().getAttempt(),
                container.getCreatedAt(),
                container.getState() == ContainerState.CONTAINER_EXITED);
    }

    /** As a person names it; also that of its other attempts. */
    String full() {
        return namespace + "/" + pod + "/" + name;
    }

    private boolean isNamed(String wanted) {
        return wanted.equals(full()) || wanted.equals(pod + "/" + name) || wanted.equals(name);
    }

    private boolean hasIdLike(String wanted) {
        return wanted.length() >= SHORTEST_ID && id.startsWith(wanted);
    }

    /**
     * The one that is meant, of several attempts the last.
     *
     * @throws StatusRuntimeException when none is, or more than one
     */
    static ContainerName find(String wanted, List<ContainerName> all) {
        var byName = lastOfEach(all.stream().filter(one -> one.isNamed(wanted)).toList());
        var found = byName.isEmpty()
                ? all.stream().filter(one -> one.hasIdLike(wanted)).toList()
                : byName;
        if (found.size() == 1) {
            return found.getFirst();
        }
        var names = (found.isEmpty() ? all : found)
                .stream().map(ContainerName::full).distinct().sorted().toList();
        if (found.isEmpty()) {
            throw Status.NOT_FOUND
                    .withDescription("there is no container \"" + wanted + "\"; "
                            + NearNames.hint(
                                    wanted,
                                    near(wanted, names),
                                    "there are none on this node",
                                    "`garboard node MACHINE containers` shows all"))
                    .asRuntimeException();
        }
        throw Status.INVALID_ARGUMENT
                .withDescription("\"" + wanted + "\" may be "
                        + String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                        + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "")
                        + "; say which")
                .asRuntimeException();
    }

    /** A mistyped short name is nearer to the last part of a full one than to the whole. */
    private static List<String> near(String wanted, List<String> names) {
        long slashes = wanted.chars().filter(c -> c == '/').count();
        return names.stream()
                .map(full -> full.split("/", 3))
                .map(parts ->
                        slashes >= 2 ? String.join("/", parts) : slashes == 1 ? parts[1] + "/" + parts[2] : parts[2])
                .distinct()
                .toList();
    }

    /**
     * The last attempt that has ended: the one before this, or this one while it waits to be started again. The kubelet keeps one that has
     * ended and no more.
     */
    ContainerName previous(List<ContainerName> all) {
        return all.stream()
                .filter(one -> one.full().equals(full()) && one.podUid().equals(podUid) && one.ended())
                .max(Comparator.comparingInt(ContainerName::attempt))
                .orElseThrow(() -> Status.NOT_FOUND
                        .withDescription(
                                attempt == 0
                                        ? full() + " was never started again: there is no attempt before this one"
                                        : full() + " was started again " + attempt
                                                + " times, but no attempt before this one is kept any more")
                        .asRuntimeException());
    }

    private static List<ContainerName> lastOfEach(List<ContainerName> containers) {
        var last = new LinkedHashMap<String, ContainerName>();
        for (var one : containers) {
            // Not by attempt: a pod that was made anew under its old name counts from 0 again.
            last.merge(one.full(), one, (a, b) -> a.createdAt() >= b.createdAt() ? a : b);
        }
        return List.copyOf(last.values());
    }
}
