package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.RevocationList;
import java.time.Instant;

/** What a node is told on its stream, as messages. */
final class NodeMessages {

    private static final String SERVER = "garboard-server";

    private NodeMessages() {}

    static ServerMessage welcome(Instant now) {
        return ServerMessage.newBuilder()
                .setWelcome(ServerMessage.Welcome.newBuilder()
                        .setServer(SERVER)
                        .setTime(Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano())))
                .build();
    }

    static ServerMessage revocations(RevocationList list) {
        return ServerMessage.newBuilder()
                .setRevocations(ServerMessage.Revocations.newBuilder()
                        .setContent(ByteString.copyFrom(list.content()))
                        .setSignature(ByteString.copyFrom(list.signature())))
                .build();
    }

    static ServerMessage desired(Resource<MachineSpec, MachineStatus> machine, DesiredDocuments.NodeState state) {
        var settings = state.settings();
        var desired = ServerMessage.DesiredState.newBuilder()
                // Both only grow, so their sum grows with each change of either.
                .setRevision(machine.metadata().generation() + state.revision())
                .setHostname(settings.hostname())
                .addAllDnsServers(settings.dnsServers())
                .addAllTimeServers(settings.timeServers());
        state.documents()
                .forEach(document -> desired.addDocuments(ServerMessage.Document.newBuilder()
                        .setKind(document.kind())
                        .setName(document.name())
                        .setRevision(document.revision())
                        .setContent(ByteString.copyFrom(document.content()))));
        state.orders().forEach(order -> desired.addOrders(NodeOrderMessages.of(order)));
        state.secrets().forEach((name, value) -> desired.putSecrets(name, ByteString.copyFromUtf8(value)));
        return ServerMessage.newBuilder().setDesired(desired).build();
    }
}
