package dev.garboard.agent.kubernetes.containers;

import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.cri.Container;
import dev.garboard.agentapi.cri.ContainerState;
import dev.garboard.agentapi.v1.ContainerLogLine;
import dev.garboard.agentapi.v1.ContainerLogsRequest;
import dev.garboard.agentapi.v1.ContainersResponse;
import dev.garboard.agentapi.v1.ImagesResponse;
import dev.garboard.agentapi.v1.NodeImage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Answers what is asked of the node's containers. A refusal is a {@link StatusRuntimeException}. */
public final class ContainerCalls {

    private final Path socket;
    private final ServiceTable services;

    /** With the socket on which containerd answers. */
    public ContainerCalls(Path socket, ServiceTable services) {
        this.socket = socket;
        this.services = services;
    }

    /** All containers that containerd keeps. */
    public ContainersResponse containers() {
        return with(client -> {
            var stats = client.stats().stream()
                    .collect(Collectors.toMap(one -> one.getAttributes().getId(), one -> one, (a, _) -> a));
            var response = ContainersResponse.newBuilder();
            client.containers().stream()
                    .sorted(Comparator.comparing(
                                    (Container one) -> ContainerName.of(one).full())
                            .thenComparingInt(one -> one.getMetadata().getAttempt()))
                    // One that is gone meanwhile is left out.
                    .forEach(one -> client.status(one.getId(), true)
                            .ifPresent(status -> response.addContainers(
                                    ContainerMessages.container(one, status, stats.get(one.getId())))));
            return response.build();
        });
    }

    /** The images in its store. */
    public ImagesResponse images() {
        return with(client -> ImagesResponse.newBuilder()
                .addAllImages(client.images().stream()
                        .map(image -> NodeImage.newBuilder()
                                .setId(image.getId())
                                .addAllNames(image.getRepoTagsList())
                                .addAllDigests(image.getRepoDigestsList())
                                .setSizeBytes(image.getSize())
                                .setPinned(image.getPinned())
                                .build())
                        .sorted(Comparator.comparing(
                                image -> image.getNamesCount() == 0 ? image.getId() : image.getNames(0)))
                        .toList())
                .build());
    }

    /** Gets the lines of a log. */
    public interface LogSink {
        /** Returns whether more is wanted. */
        boolean send(ContainerLogLine line) throws InterruptedException;
    }

    /**
     * Sends what a container wrote.
     *
     * @param isWanted whether somebody still reads
     */
    public void logs(ContainerLogsRequest request, LogSink sink, BooleanSupplier isWanted) throws InterruptedException {
        if (request.getContainer().isEmpty()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("no container is named, expected NAMESPACE/POD/NAME, POD/NAME, NAME or an id")
                    .asRuntimeException();
        }
        if (request.getPrevious() && request.getFollow()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("an attempt before the present one has ended and cannot be followed; leave out"
                            + " follow or previous")
                    .asRuntimeException();
        }
        var status = with(client -> {
            var all = client.containers().stream().map(ContainerName::of).toList();
            var found = ContainerName.find(request.getContainer(), all);
            var meant = request.getPrevious() ? found.previous(all) : found;
            return client.status(meant.id(), false)
                    .orElseThrow(() -> Status.NOT_FOUND
                            .withDescription(meant.full() + " was removed just now")
                            .asRuntimeException())
                    .getStatus();
        });
        if (status.getLogPath().isEmpty()) {
            throw Status.FAILED_PRECONDITION
                    .withDescription(
                            status.getMetadata().getName() + " keeps no log: it was not started by the kubelet")
                    .asRuntimeException();
        }
        var path = Path.of(status.getLogPath());
        long tail = request.getTail() & 0xffff_ffffL;
        try {
            if (request.getFollow()) {
                ContainerLog.follow(path, tail, sink, isWanted, () -> runs(status.getId()));
            } else {
                ContainerLog.read(path, tail, sink);
            }
        } catch (NoSuchFileException gone) {
            throw Status.NOT_FOUND
                    .withDescription("the log " + path + " is not there: the container has not begun to write, or the"
                            + " kubelet has removed it")
                    .asRuntimeException();
        } catch (IOException failed) {
            throw Status.INTERNAL
                    .withDescription("the log " + path + " cannot be read: " + failed.getMessage())
                    .asRuntimeException();
        }
    }

    /** While containerd is away it may: containers outlive it. */
    private boolean runs(String id) {
        try (var client = ContainerdClient.open(socket)) {
            return client.status(id, false)
                    .map(status -> status.getStatus().getState())
                    .filter(state ->
                            state == ContainerState.CONTAINER_RUNNING || state == ContainerState.CONTAINER_CREATED)
                    .isPresent();
        } catch (ContainerdException away) {
            return true;
        }
    }

    private <T> T with(Function<ContainerdClient, T> call) {
        var service = services.find("containerd")
                .orElseThrow(() -> refusal("this node runs no containers: no document of the kind ContainerRuntime"
                        + " has been applied"));
        try (var client = ContainerdClient.open(socket)) {
            return call.apply(client);
        } catch (ContainerdException failed) {
            var now = service.status();
            throw refusal("containerd does not answer on " + failed.getMessage() + "; it is "
                    + now.state().name().toLowerCase(Locale.ROOT)
                    + (now.message().isEmpty() ? "" : ": " + now.message())
                    + "; `garboard node MACHINE logs containerd` shows what it says");
        }
    }

    private static StatusRuntimeException refusal(String message) {
        return Status.FAILED_PRECONDITION.withDescription(message).asRuntimeException();
    }
}
