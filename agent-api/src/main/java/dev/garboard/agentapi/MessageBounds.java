package dev.garboard.agentapi;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Map;

/**
 * Ends a call whose message grows beyond what its method takes, while it is still being read. gRPC itself knows one bound for all methods of
 * a server, and a decoder sees a message only when the whole of it is in memory.
 */
final class MessageBounds extends ServerStreamTracer.Factory {

    private final int usual;
    private final Map<String, Integer> byMethod;

    MessageBounds(int usual, Map<String, Integer> byMethod) {
        this.usual = usual;
        this.byMethod = Map.copyOf(byMethod);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        int limit = byMethod.getOrDefault(fullMethodName, usual);
        return new ServerStreamTracer() {
            private long size;

            @Override
            public void inboundMessage(int number) {
                size = 0;
            }

            @Override
            public void inboundWireSize(long bytes) {
                size += bytes;
                if (size > limit) {
                    throw Status.RESOURCE_EXHAUSTED
                            .withDescription("a message to " + fullMethodName + " has more than " + limit
                                    + " bytes, which is its limit")
                            .asRuntimeException();
                }
            }
        };
    }
}
