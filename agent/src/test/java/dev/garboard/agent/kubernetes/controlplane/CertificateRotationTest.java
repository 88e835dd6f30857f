package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CertificateRotationTest {

    /** A worker: its machine would never be ready otherwise. */
    @Test
    void isHealthyThoughThereIsNothingToKeep() throws Exception {
        var services = new ServiceTable();
        var service = services.add("certificates", "");
        var changed = new CountDownLatch(1);
        services.onChange(changed::countDown);

        var running = new Supervisor(new Random(1), _ -> {})
                .start(service, new CertificateRotation(service, InstantSource.system()));
        changed.await();

        assertTrue(service.status().healthy());
        running.end();
    }
}
