package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus.Outcome;
import dev.garboard.agentapi.v1.ServerMessage.LeaveCluster;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaveOrdersTest {

    @TempDir
    private Path directory;

    private LeaveOrders orders;

    @BeforeEach
    void start() {
        orders = new LeaveOrders(() -> "m1", LeaveOrders.none().membership(), directory.resolve("var/lib/orders"));
    }

    @Test
    void oneIsCarriedOutAfterTheOther() throws IOException {
        assertFalse(orders.any());
        orders.want(List.of(order("o1", "m1"), order("o2", "m1")));
        assertTrue(orders.any());

        assertEquals(Optional.of("o1"), next());
        assertEquals(List.of(status("o1", Outcome.OUTCOME_UNDERWAY, "")), orders.statuses());
        orders.waits(order("o1", "m1"), "waits for pods");
        assertEquals(List.of(status("o1", Outcome.OUTCOME_UNDERWAY, "waits for pods")), orders.statuses());
        assertEquals(Optional.of("o1"), next());
        orders.done(order("o1", "m1"));
        assertEquals(Optional.of("o2"), next());
        orders.done(order("o2", "m1"));
        assertEquals(Optional.empty(), next());

        assertEquals(
                List.of(status("o1", Outcome.OUTCOME_DONE, ""), status("o2", Outcome.OUTCOME_DONE, "")),
                orders.statuses());
        assertEquals(List.of("o1", "o2"), Files.readAllLines(directory.resolve("var/lib/orders")));
    }

    @Test
    void whatIsRefusedHoldsUpNoOtherAndIsNotAskedAgain() throws IOException {
        orders.want(List.of(order("o1", "m2"), order("o2", "m1")));

        assertEquals(Optional.of("o2"), next());
        assertEquals(
                status("o1", Outcome.OUTCOME_REFUSED, "it is for the machine \"m2\", and this is \"m1\""),
                orders.statuses().getFirst());
        orders.refuse(order("o2", "m1"), "no");
        assertEquals(Optional.empty(), next());
        assertEquals(
                status("o2", Outcome.OUTCOME_REFUSED, "no"), orders.statuses().getLast());
    }

    @Test
    void anOrderWithoutAnIdOrAnythingToDoIsOfANewerServer() throws IOException {
        orders.want(List.of(order(" ", "m1"), Order.newBuilder().setId("o2").build()));

        assertEquals(Optional.empty(), next());

        var unknown = "this agent does not know what it orders; boot a newer image";
        assertEquals(
                List.of(status(" ", Outcome.OUTCOME_REFUSED, unknown), status("o2", Outcome.OUTCOME_REFUSED, unknown)),
                orders.statuses());
    }

    @Test
    void whatTheServerTakesBackIsForgotten() throws IOException {
        orders.want(List.of(order("o1", "m1")));
        next();

        orders.want(List.of());

        assertFalse(orders.any());
        assertEquals(List.of(), orders.statuses());
        assertEquals(Optional.empty(), next());
        orders.waits(order("o1", "m1"), "it was too late");
        assertEquals(List.of(), orders.statuses());
    }

    @Test
    void whatWasCarriedOutBeforeARestartIsAnsweredAsDone() throws IOException {
        orders.want(List.of(order("o1", "m1")));
        next();
        orders.done(order("o1", "m1"));

        start();
        orders.want(List.of(order("o1", "m1"), order("o11", "m1")));

        assertEquals(Optional.of("o11"), next());
        assertEquals(status("o1", Outcome.OUTCOME_DONE, ""), orders.statuses().getFirst());
    }

    @Test
    void anOrderIsForOneMachineAndOneCluster() {
        var order = LeaveCluster.newBuilder()
                .setMachine("m1")
                .setEtcdToken("lab-1")
                .setKubernetesCaSha256("ca-1")
                .build();

        assertEquals("", LeaveOrders.refusal(order, "m1", ClusterIdentity.NONE));
        assertEquals("", LeaveOrders.refusal(order, "m1", new ClusterIdentity("lab-1", "ca-1")));
        assertEquals(
                "it is about the cluster \"lab-1\", and this node is of \"lab-2\"",
                LeaveOrders.refusal(order, "m1", new ClusterIdentity("lab-2", "ca-1")));
        assertEquals(
                "it is about the cluster whose CA has the SHA-256 ca-1, and the CA that this node trusts has ca-2",
                LeaveOrders.refusal(order, "m1", new ClusterIdentity("lab-1", "ca-2")));
    }

    private Optional<String> next() throws IOException {
        return orders.next().map(Order::getId);
    }

    private static Order order(String id, String machine) {
        return Order.newBuilder()
                .setId(id)
                .setLeaveCluster(LeaveCluster.newBuilder().setMachine(machine))
                .build();
    }

    private static OrderStatus status(String id, Outcome outcome, String message) {
        return OrderStatus.newBuilder()
                .setId(id)
                .setOutcome(outcome)
                .setMessage(message)
                .build();
    }
}
