package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces certificates before they end. Their users read the files again by themselves, so nothing is restarted. */
public final class CertificateRotation implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.certificates");
    private static final Duration LOOK = Duration.ofMinutes(10);

    private final Service service;
    private final InstantSource clock;
    private final Map<String, List<LeafFile>> files = new ConcurrentHashMap<>();

    /** One that keeps nothing yet. */
    public CertificateRotation(Service service, InstantSource clock) {
        this.service = service;
        this.clock = clock;
    }

    /** One certificate that is kept. */
    record Kept(String name, Instant notAfter) {}

    /** Makes certificates now where they are missing, and keeps them from now on. */
    void keep(String owner, List<LeafFile> wanted) throws IOException {
        for (var file : wanted) {
            ensure(file);
        }
        files.put(owner, List.copyOf(wanted));
        service.running();
    }

    /** Lets them go. */
    void forget(String owner) {
        files.remove(owner);
    }

    /** All that are kept. */
    List<Kept> kept() {
        var kept = new ArrayList<Kept>();
        for (var file : files.values().stream().flatMap(List::stream).toList()) {
            kept.add(new Kept(file.name(), file.read().notAfter()));
        }
        return kept;
    }

    @Override
    public void run() throws Exception {
        // A worker has none to keep, and is not less ready for that.
        service.running();
        while (true) {
            Thread.sleep(LOOK);
            for (var file : files.values().stream().flatMap(List::stream).toList()) {
                ensure(file);
            }
        }
    }

    private void ensure(LeafFile file) throws IOException {
        if (file.ensure(clock.instant())) {
            LOG.info("made the certificate {}", file.name());
        }
    }
}
