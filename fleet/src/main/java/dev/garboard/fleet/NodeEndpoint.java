package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.RenewCertificateRequest;
import dev.garboard.agentapi.v1.RenewCertificateResponse;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Pem;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TrustException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers accepted nodes: renews their certificates and keeps one stream to each. */
final class NodeEndpoint extends NodeServiceGrpc.NodeServiceImplBase {

    private static final Logger log = LoggerFactory.getLogger(NodeEndpoint.class);

    private final MachineIndex machines;
    private final NodeStreams streams;
    private final NodeRecorder recorder;
    private final SessionLog sessions;
    private final SiteAuthority authority;
    private final Duration certificateValidity;
    private final DesiredDocuments documents;
    private final RevocationGate gate;
    private final FleetEvents events;
    private volatile boolean stopping;

    NodeEndpoint(
            MachineIndex machines,
            NodeStreams streams,
            NodeRecorder recorder,
            SessionLog sessions,
            SiteAuthority authority,
            Duration certificateValidity,
            DesiredDocuments documents,
            RevocationGate gate,
            FleetEvents events) {
        this.machines = machines;
        this.streams = streams;
        this.recorder = recorder;
        this.sessions = sessions;
        this.authority = authority;
        this.certificateValidity = certificateValidity;
        this.documents = documents;
        this.gate = gate;
        this.events = events;
    }

    @Override
    public void renewCertificate(RenewCertificateRequest request, StreamObserver<RenewCertificateResponse> answer) {
        var name = RoleInterceptor.CALLER.get().name();
        var refusal = refusal(name);
        if (refusal != null) {
            events.happened("renew", "not-accepted");
            answer.onError(refusal.asRuntimeException());
            return;
        }
        try {
            var chain = authority.issueNode(
                    name, request.getCertificateRequest().toByteArray(), PeerAddress.current(), certificateValidity);
            recorder.certificate(name, chain.getFirst().getNotAfter().toInstant());
            events.happened("renew", "ok");
            answer.onNext(RenewCertificateResponse.newBuilder()
                    .setCertificateChain(ByteString.copyFrom(Pem.ofCertificates(chain), StandardCharsets.US_ASCII))
                    .build());
            answer.onCompleted();
        } catch (TrustException malformed) {
            events.happened("renew", "bad-request");
            answer.onError(Status.INVALID_ARGUMENT
                    .withDescription(malformed.getMessage())
                    .asRuntimeException());
        }
    }

    @Override
    public StreamObserver<NodeMessage> connect(StreamObserver<ServerMessage> answer) {
        var caller = RoleInterceptor.CALLER.get();
        return new Listener(caller.name(), (ServerCallStreamObserver<ServerMessage>) answer, PeerAddress.current());
    }

    /** Reads one stream; gRPC calls it from one thread at a time. */
    private final class Listener implements StreamObserver<NodeMessage> {

        private final String name;
        private final ServerCallStreamObserver<ServerMessage> answer;
        private final java.net.InetAddress peer;
        private @Nullable NodeStream stream;
        private int reported;

        Listener(String name, ServerCallStreamObserver<ServerMessage> answer, java.net.InetAddress peer) {
            this.name = name;
            this.answer = answer;
            this.peer = peer;
        }

        @Override
        public void onNext(NodeMessage message) {
            var open = stream;
            if (open == null) {
                stream = hello(message, name, answer, peer);
                return;
            }
            open.heard(recorder.now());
            switch (message.getMessageCase()) {
                case STATUS -> status(open, message.getStatus());
                case EVENT -> event(open, message.getEvent());
                case GOODBYE -> {
                    open.goodbye();
                    recorder.goodbye(open, message.getGoodbye());
                    events.happened("stream", message.getGoodbye().getKind().name());
                }
                case HELLO, MESSAGE_NOT_SET ->
                    open.end(Status.INVALID_ARGUMENT.withDescription(
                            "expected a status, an event or a goodbye, found " + message.getMessageCase()));
            }
        }

        /** Orders first: who looks at the machine's new status then sees that they are over. */
        private void status(NodeStream open, NodeMessage.Status said) {
            if (said.getOrdersCount() > 0) {
                documents.answered(
                        name,
                        said.getOrdersList().stream()
                                .map(NodeOrderMessages::answer)
                                .toList());
            }
            recorder.status(open, said);
        }

        /** Errors enter the timeline, the rest the log; a node in a loop of errors does not fill the database. */
        private void event(NodeStream open, NodeMessage.Event event) {
            log.atInfo()
                    .addKeyValue("machine", name)
                    .addKeyValue("session", open.session())
                    .addKeyValue("level", event.getLevel())
                    .addKeyValue("text", event.getText())
                    .log("node event");
            if (event.getLevel().equals("ERROR") && reported < 20) {
                reported++;
                sessions.step(open.session(), "agent", event.getText(), "failed");
            }
        }

        @Override
        public void onError(Throwable failure) {
            ended();
        }

        @Override
        public void onCompleted() {
            ended();
            var open = stream;
            if (open == null) {
                answer.onCompleted();
            } else {
                open.end(Status.OK);
            }
        }

        private void ended() {
            var open = stream;
            // A replaced stream is not listed any more: its machine is connected, by another.
            if (open != null && streams.remove(open) && !open.saidGoodbye() && !stopping) {
                events.happened("stream", "lost");
                log.atWarn()
                        .addKeyValue("machine", name)
                        .addKeyValue("session", open.session())
                        .log("node lost");
                recorder.lost(open);
            }
        }
    }

    private @Nullable NodeStream hello(
            NodeMessage message,
            String name,
            ServerCallStreamObserver<ServerMessage> answer,
            java.net.InetAddress peer) {
        var refusal = !message.hasHello()
                ? Status.INVALID_ARGUMENT.withDescription(
                        "the first message is " + message.getMessageCase() + ", expected HELLO")
                : !message.getHello().getMachine().equals(name)
                        ? Status.INVALID_ARGUMENT.withDescription("the certificate is that of " + name
                                + ", and the hello says " + message.getHello().getMachine())
                        : refusal(name);
        if (refusal != null) {
            events.happened("connect", "refused");
            answer.onError(refusal.asRuntimeException());
            return null;
        }
        var stream = new NodeStream(name, message.getHello(), peer, answer, recorder.now());
        var older = streams.put(stream);
        if (older != null) {
            older.end(Status.ABORTED.withDescription(
                    "a newer stream of the same machine was opened from " + stream.address()));
        }
        var machine = recorder.connected(stream);
        events.happened("connect", "ok");
        log.atInfo()
                .addKeyValue("machine", name)
                .addKeyValue("session", stream.session())
                .addKeyValue("address", stream.address())
                .log("node connected");
        var now = recorder.now();
        // First of all, because the node lets nobody but the server in before.
        revocations().ifPresent(stream::send);
        stream.send(NodeMessages.welcome(now));
        machine.ifPresent(found -> sendDesired(stream, found));
        return stream;
    }

    /** Tells every connected node what is revoked; one that connects later is told then. */
    void sendRevocations() {
        revocations().ifPresent(message -> streams.all().forEach(stream -> stream.send(message)));
    }

    /** None when there are more than a list may name: nodes then keep to what they know, and still get everything else. */
    private Optional<ServerMessage> revocations() {
        try {
            return Optional.of(NodeMessages.revocations(authority.revocations(gate.revoked())));
        } catch (TrustException unsigned) {
            log.atError().addKeyValue("reason", unsigned.getMessage()).log("nodes are not told what is revoked");
            return Optional.empty();
        }
    }

    /** Why a node is not (or no longer) served, or null. */
    private @Nullable Status refusal(String name) {
        var machine = machines.get(name);
        if (machine.isEmpty()) {
            return Status.PERMISSION_DENIED.withDescription(
                    "there is no machine " + name + " any more; enrol again without a certificate");
        }
        return machine.get().spec().acceptance() == Acceptance.ACCEPTED
                ? null
                : Status.PERMISSION_DENIED.withDescription("machine " + name + " is "
                        + machine.get().spec().acceptance().name().toLowerCase(java.util.Locale.ROOT)
                        + "; a person can accept it with `garboard machine accept " + name + "`");
    }

    /** A machine was changed by somebody; on the thread of the watch. */
    void machineChanged(
            @Nullable Resource<MachineSpec, MachineStatus> before,
            @Nullable Resource<MachineSpec, MachineStatus> after) {
        var name = after != null ? after.name() : before != null ? before.name() : "";
        var stream = streams.of(name).orElse(null);
        if (stream == null) {
            return;
        }
        if (after == null || after.spec().acceptance() != Acceptance.ACCEPTED) {
            events.happened("stream", "closed");
            streams.remove(stream);
            stream.end(Status.PERMISSION_DENIED.withDescription(
                    "machine " + name + (after == null ? " was deleted" : " is not accepted any more")));
        } else if (before != null
                && before.metadata().generation() != after.metadata().generation()) {
            sendDesired(stream, after);
        }
    }

    /** A node's documents may have changed. */
    void documentsChanged(String name) {
        streams.of(name)
                .ifPresent(stream -> machines.get(name)
                        .filter(machine -> machine.spec().acceptance() == Acceptance.ACCEPTED)
                        .ifPresent(machine -> sendDesired(stream, machine)));
    }

    /** Nothing is sent while the documents are not known: a desired state without them would take back what the node has. */
    private void sendDesired(NodeStream stream, Resource<MachineSpec, MachineStatus> machine) {
        documents
                .of(machine.name())
                .ifPresent(state -> stream.sendDesired(NodeMessages.desired(machine, state), state.settings()));
    }

    /** Ends all streams; machines stay what they are, since it is the server that goes. */
    void stop() {
        stopping = true;
        for (var stream : streams.all()) {
            stream.end(Status.UNAVAILABLE.withDescription("the server is stopping; connect again"));
        }
    }
}
