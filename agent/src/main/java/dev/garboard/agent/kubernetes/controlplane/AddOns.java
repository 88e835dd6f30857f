package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import dev.garboard.kubernetes.api.ObjectPath;
import dev.garboard.trust.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies what every cluster needs, once the API answers: roles, kube-proxy, CoreDNS. Every control-plane node does so; a note in the
 * cluster says which version was applied, so that an older node does not take back what a newer one did, and that an upgrade reaches the
 * add-ons only when every kubelet has it.
 */
final class AddOns implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.addons");
    private static final String MANAGER = "garboard";
    private static final ObjectPath NOTES = ObjectPath.in("kube-system", "v1", "configmaps");
    private static final String NOTE = "garboard-addons";
    private static final Duration WHILE_MISSING = Duration.ofMillis(500);
    private static final Duration WHILE_WAITING = Duration.ofSeconds(5);
    private static final Duration WHILE_APPLIED = Duration.ofMinutes(5);

    private static final String NOTE_TEXT = """
        {
          "apiVersion": "v1",
          "kind": "ConfigMap",
          "metadata": {"name": "garboard-addons", "namespace": "kube-system"},
          "data": {"version": "${version}", "digest": "${digest}"}
        }
        """;

    private final Service service;
    private @Nullable Wanted wanted;

    AddOns(Service service) {
        this.service = service;
    }

    /**
     * What is to be in the cluster, and how it is reached.
     *
     * @param withdrawn what earlier versions applied, and is to be there no more
     */
    record Wanted(
            KubernetesVersion version, List<ObjectNode> objects, List<ObjectNode> withdrawn, ClientSource clients) {

        Wanted {
            objects = List.copyOf(objects);
            withdrawn = List.copyOf(withdrawn);
        }
    }

    /** Opens clients of the node's own API server. */
    interface ClientSource {
        KubernetesClient open();
    }

    /** What the note in the cluster says. */
    record Note(String version, String digest) {}

    /** Replaces what is wanted; null for nothing. */
    synchronized void want(@Nullable Wanted next) {
        wanted = next;
        notifyAll();
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            Wanted now;
            synchronized (this) {
                while (wanted == null) {
                    service.waiting("no API server yet");
                    wait();
                }
                now = wanted;
            }
            Duration pause = once(now);
            synchronized (this) {
                if (now.equals(wanted)) {
                    wait(pause.toMillis());
                }
            }
        }
    }

    private Duration once(Wanted now) {
        try (var client = now.clients().open()) {
            var digest = digest(now);
            var note = note(client);
            if (note.isPresent()) {
                var before = note.get();
                if (before.digest().equals(digest)) {
                    service.running();
                    return WHILE_APPLIED;
                }
                var reason = reasonToWait(now, before, client);
                if (reason.isPresent()) {
                    service.running();
                    LOG.debug("{}", reason.get());
                    return WHILE_WAITING;
                }
            }
            service.starting("applying");
            apply(now, digest, client);
            service.running();
            return WHILE_APPLIED;
        } catch (KubernetesException refused) {
            service.starting(refused.getMessage());
            if (!refused.isTransient()) {
                LOG.warn("{}", refused.getMessage());
            }
            return WHILE_MISSING;
        }
    }

    private static void apply(Wanted now, String digest, KubernetesClient client) {
        for (var object : now.objects()) {
            client.apply(object, MANAGER);
        }
        for (var former : now.withdrawn()) {
            try {
                client.delete(
                        ObjectPath.of(former),
                        former.path("metadata").path("name").asString(""));
            } catch (KubernetesException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
        client.apply(Manifest.of(NOTE_TEXT, Map.of("version", now.version().toString(), "digest", digest)), MANAGER);
        LOG.info("applied {} objects of Kubernetes {}", now.objects().size(), now.version());
    }

    private static Optional<Note> note(KubernetesClient client) {
        try {
            var data = client.get(NOTES, NOTE).path("data");
            return Optional.of(new Note(
                    data.path("version").asString(""), data.path("digest").asString("")));
        } catch (KubernetesException refused) {
            if (refused.isNotFound()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static Optional<String> reasonToWait(Wanted now, Note before, KubernetesClient client) {
        var kubelets = new ArrayList<String>();
        if (!before.version().equals(now.version().toString())) {
            client.list(ObjectPath.all("v1", "nodes"), Map.of())
                    .forEach(node -> kubelets.add(node.path("status")
                            .path("nodeInfo")
                            .path("kubeletVersion")
                            .asString("")));
        }
        return reasonToWait(now.version(), before.version(), kubelets);
    }

    /**
     * Why these add-ons are not to be applied over others.
     *
     * @param applied version of those in the cluster
     * @param kubelets versions of all nodes
     */
    static Optional<String> reasonToWait(KubernetesVersion own, String applied, List<String> kubelets) {
        KubernetesVersion before;
        try {
            before = KubernetesVersion.parse(applied);
        } catch (IllegalArgumentException unknown) {
            // Left by a version that is not supported any more: older than this one.
            return Optional.empty();
        }
        if (before.compareTo(own) > 0) {
            return Optional.of("the add-ons of Kubernetes " + before + " stay; this node has " + own);
        }
        return kubelets.stream()
                .filter(kubelet -> isOlder(kubelet, own))
                .findFirst()
                .map(kubelet -> "the add-ons wait until every kubelet has " + own + "; one has " + kubelet);
    }

    private static boolean isOlder(String kubelet, KubernetesVersion own) {
        try {
            return KubernetesVersion.parse(kubelet).compareTo(own) < 0;
        } catch (IllegalArgumentException unknown) {
            return !kubelet.isEmpty();
        }
    }

    private static String digest(Wanted wanted) {
        var digest = Sha256.digest();
        wanted.objects().forEach(object -> digest.update(object.toString().getBytes(StandardCharsets.UTF_8)));
        wanted.withdrawn().forEach(former -> digest.update(("without " + former).getBytes(StandardCharsets.UTF_8)));
        return Sha256.hex(digest);
    }
}
