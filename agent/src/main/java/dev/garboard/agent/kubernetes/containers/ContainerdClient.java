package dev.garboard.agent.kubernetes.containers;

import dev.garboard.agentapi.cri.Container;
import dev.garboard.agentapi.cri.ContainerStats;
import dev.garboard.agentapi.cri.ContainerStatusRequest;
import dev.garboard.agentapi.cri.ContainerStatusResponse;
import dev.garboard.agentapi.cri.Image;
import dev.garboard.agentapi.cri.ImageServiceGrpc;
import dev.garboard.agentapi.cri.ListContainerStatsRequest;
import dev.garboard.agentapi.cri.ListContainersRequest;
import dev.garboard.agentapi.cri.ListImagesRequest;
import dev.garboard.agentapi.cri.RuntimeServiceGrpc;
import dev.garboard.agentapi.cri.StopContainerRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks containerd by its CRI. Every method blocks, for a bounded time, and throws {@link ContainerdException}. Opened for one question: between
 * them it costs nothing. The socket is the JDK's own, so the image needs no native library for it.
 */
final class ContainerdClient implements AutoCloseable {

    private static final long ANSWER_SECONDS = 10;
    private static final int LARGEST_ANSWER = 16 << 20;

    private final Path socket;
    private final EventLoopGroup loop;
    private final ManagedChannel channel;

    private ContainerdClient(Path socket, EventLoopGroup loop, ManagedChannel channel) {
        this.socket = socket;
        this.loop = loop;
        this.channel = channel;
    }

    static ContainerdClient open(Path socket) {
        var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .eventLoopGroup(loop)
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                // The path of the socket is no authority that an HTTP/2 server would take.
                .overrideAuthority("localhost")
                .usePlaintext()
                .maxInboundMessageSize(LARGEST_ANSWER)
                .build();
        return new ContainerdClient(socket, loop, channel);
    }

    /** All containers, those that have ended too. */
    List<Container> containers() {
        return call(() -> runtime().listContainers(ListContainersRequest.getDefaultInstance()))
                .getContainersList();
    }

    /**
     * One container.
     *
     * @param verbose with its process
     */
    Optional<ContainerStatusResponse> status(String id, boolean verbose) {
        var request = ContainerStatusRequest.newBuilder()
                .setContainerId(id)
                .setVerbose(verbose)
                .build();
        try {
            return Optional.of(runtime().containerStatus(request));
        } catch (StatusRuntimeException refused) {
            if (refused.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure(refused);
        }
    }

    /** Ends a container: by its signal, and after the grace period by force. Blocks until it has ended. */
    void stop(String id, Duration grace) {
        var request = StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(grace.toSeconds())
                .build();
        call(() -> RuntimeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(grace.toSeconds() + ANSWER_SECONDS, TimeUnit.SECONDS)
                .stopContainer(request));
    }

    /** What the containers use that run. */
    List<ContainerStats> stats() {
        return call(() -> runtime().listContainerStats(ListContainerStatsRequest.getDefaultInstance()))
                .getStatsList();
    }

    List<Image> images() {
        return call(() -> ImageServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .listImages(ListImagesRequest.getDefaultInstance()))
                .getImagesList();
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime() {
        return RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T call(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException refused) {
            throw failure(refused);
        }
    }

    private ContainerdException failure(StatusRuntimeException refused) {
        Throwable cause = refused.getStatus().getCause();
        return new ContainerdException(
                socket + ": " + refused.getMessage()
                        + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")"),
                refused);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
