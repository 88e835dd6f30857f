package dev.garboard.fleet;

import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.NearNames;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.ContainerServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.Resource;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;

/** Answers the machine API on the server by passing each call on to the machine that its metadata names. */
final class MachineForwarder {

    private final MachineIndex machines;
    private final NodeStreams streams;
    private final NodeChannels channels;
    private final List<ServerMethodDefinition<?, ?>> own;
    private final FleetEvents events;

    /**
     * One for these machines.
     *
     * @param own methods of the machine API that the server answers itself
     */
    MachineForwarder(
            MachineIndex machines,
            NodeStreams streams,
            NodeChannels channels,
            List<ServerMethodDefinition<?, ?>> own,
            FleetEvents events) {
        this.own = List.copyOf(own);
        this.machines = machines;
        this.streams = streams;
        this.channels = channels;
        this.events = events;
    }

    /** The services, with every method that the machine API has; the descriptors are kept for reflection. */
    List<ServerServiceDefinition> services() {
        return List.of(
                service(MachineServiceGrpc.getServiceDescriptor()),
                service(KubernetesServiceGrpc.getServiceDescriptor()),
                service(ContainerServiceGrpc.getServiceDescriptor()));
    }

    private ServerServiceDefinition service(ServiceDescriptor original) {
        var descriptor =
                ServiceDescriptor.newBuilder(original.getName()).setSchemaDescriptor(original.getSchemaDescriptor());
        List<ServerMethodDefinition<?, ?>> methods =
                original.getMethods().stream().map(this::answering).toList();
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var service = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(service::addMethod);
        return service.build();
    }

    private ServerMethodDefinition<?, ?> answering(MethodDescriptor<?, ?> method) {
        for (var mine : own) {
            if (mine.getMethodDescriptor().getFullMethodName().equals(method.getFullMethodName())) {
                return mine;
            }
        }
        return ServerMethodDefinition.create(unread(method), this::forward);
    }

    private static MethodDescriptor<byte[], byte[]> unread(MethodDescriptor<?, ?> method) {
        return method.toBuilder(Bytes.INSTANCE, Bytes.INSTANCE).build();
    }

    private ServerCall.Listener<byte[]> forward(ServerCall<byte[], byte[]> call, Metadata headers) {
        var name = headers.get(MachineMetadata.MACHINE);
        if (name == null) {
            return refuse(
                    call,
                    Status.INVALID_ARGUMENT.withDescription(
                            "the metadata garboard-machine is missing; name the machine that the call is for"));
        }
        var machine = machines.get(name);
        if (machine.isEmpty()) {
            var names = machines.all().stream().map(Resource::name).toList();
            return refuse(
                    call, Status.NOT_FOUND.withDescription("there is no machine " + name + "; " + hint(name, names)));
        }
        var node = streams.of(name);
        if (node.isEmpty()) {
            var status = machine.get().status();
            var lastSeen = status.lastSeen();
            return refuse(
                    call,
                    Status.UNAVAILABLE.withDescription("machine " + name + " is not connected ("
                            + status.phase() + ", "
                            + (lastSeen == null ? "never seen" : "last seen " + lastSeen)
                            + "); `garboard boots " + name + "` shows how far it came"));
        }
        var forwarded = new Metadata();
        forwarded.put(MachineMetadata.ON_BEHALF_OF, MachineMetadata.onBehalfOf(RoleInterceptor.CALLER.get()));
        var method = call.getMethodDescriptor();
        return ForwardedCall.start(
                call, channels.to(node.get()).newCall(method, CallOptions.DEFAULT), forwarded, events);
    }

    static String hint(String name, Collection<String> known) {
        return NearNames.hint(name, known, "there are no machines yet", "`garboard machine list` shows all");
    }

    private ServerCall.Listener<byte[]> refuse(ServerCall<byte[], byte[]> call, Status status) {
        events.happened("forward", status.getCode().name());
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** Messages are passed on without being understood, so fields that this server does not know arrive too. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException("a message could not be read from its connection", broken);
            }
        }
    }
}
