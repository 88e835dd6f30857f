package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EtcdFaultConditionTest {

    @Test
    void aFaultOfAMemberIsAConditionOfTheCluster() {
        var site = Site.of(1, 0);
        site.settle();
        site.serves("cp1");
        site.settle();
        assertEquals("True Healthy: no member reports a fault", site.condition("EtcdHealthy"));

        site.change(
                "cp1",
                machine -> new MachineFacts(
                        machine.name(),
                        machine.labels(),
                        machine.acceptance(),
                        machine.connected(),
                        machine.address(),
                        machine.applied(),
                        machine.running(),
                        "Etcd failed: the data is damaged; restore a snapshot: garboard cluster etcd restore CLUSTER"
                                + " SNAPSHOT"));
        var status = site.settle();

        assertEquals("Degraded", status.phase());
        assertEquals(
                "False Faulty: cp1: Etcd failed: the data is damaged; restore a snapshot: garboard cluster etcd"
                        + " restore lab SNAPSHOT",
                site.condition("EtcdHealthy"));
    }
}
