package dev.garboard.agent.api;

import dev.garboard.agent.kubernetes.containers.ContainerCalls;
import dev.garboard.agentapi.v1.ContainerLogLine;
import dev.garboard.agentapi.v1.ContainerLogsRequest;
import dev.garboard.agentapi.v1.ContainerServiceGrpc;
import dev.garboard.agentapi.v1.ContainersRequest;
import dev.garboard.agentapi.v1.ContainersResponse;
import dev.garboard.agentapi.v1.ImagesRequest;
import dev.garboard.agentapi.v1.ImagesResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The methods of the machine API that concern containers. Who may call which is decided before a call arrives here. */
public final class ContainerApi extends ContainerServiceGrpc.ContainerServiceImplBase {

    private final Supplier<Optional<ContainerCalls>> containers;
    private final Followers followers = new Followers();

    /**
     * The API of this node.
     *
     * @param containers empty until the node has got its first document
     */
    public ContainerApi(Supplier<Optional<ContainerCalls>> containers) {
        this.containers = containers;
    }

    @Override
    public void containers(ContainersRequest request, StreamObserver<ContainersResponse> out) {
        answer(out, ContainerCalls::containers);
    }

    @Override
    public void images(ImagesRequest request, StreamObserver<ImagesResponse> out) {
        answer(out, ContainerCalls::images);
    }

    @Override
    public void containerLogs(ContainerLogsRequest request, StreamObserver<ContainerLogLine> out) {
        followers.follow(
                "log of " + request.getContainer(),
                out,
                stream -> calls().logs(request, stream::send, () -> !stream.isCancelled()));
    }

    private <T> void answer(StreamObserver<T> out, Function<ContainerCalls, T> call) {
        try {
            out.onNext(call.apply(calls()));
            out.onCompleted();
        } catch (StatusRuntimeException refused) {
            out.onError(refused);
        }
    }

    private ContainerCalls calls() {
        return containers
                .get()
                .orElseThrow(() -> Status.FAILED_PRECONDITION
                        .withDescription("this node is part of no cluster: the server has sent it no documents")
                        .asRuntimeException());
    }
}
