package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage;

/** Orders to nodes and their answers, as they are on the wire. */
final class NodeOrderMessages {

    private NodeOrderMessages() {}

    static ServerMessage.Order of(DesiredDocuments.LeaveOrder order) {
        return ServerMessage.Order.newBuilder()
                .setId(order.id())
                .setLeaveCluster(ServerMessage.LeaveCluster.newBuilder()
                        .setMachine(order.machine())
                        .setCluster(order.cluster())
                        .setEtcdToken(order.etcdToken())
                        .setKubernetesCaSha256(order.caSha256()))
                .build();
    }

    static DesiredDocuments.OrderAnswer answer(OrderStatus said) {
        boolean refused = said.getOutcome() == OrderStatus.Outcome.OUTCOME_REFUSED;
        return new DesiredDocuments.OrderAnswer(
                said.getId(),
                refused || said.getOutcome() == OrderStatus.Outcome.OUTCOME_DONE,
                refused ? (said.getMessage().isEmpty() ? "no reason given" : said.getMessage()) : "");
    }
}
