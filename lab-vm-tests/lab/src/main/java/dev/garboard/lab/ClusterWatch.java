package dev.garboard.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Shows how a cluster comes on, until it is ready: every node's stages and every condition, each when it changes. */
final class ClusterWatch {

    private static final long MILLIS_BETWEEN_LOOKS = 250;

    private final LabApi api;
    private final String name;
    private final Report report;
    private final StepClock clock;
    private final Map<String, String> shown = new HashMap<>();
    private JsonNode status = MissingNode.getInstance();

    ClusterWatch(LabApi api, String name, Report report, StepClock clock) {
        this.api = api;
        this.name = name;
        this.report = report;
        this.clock = clock;
    }

    /** Waits until that many nodes are ready and the cluster says it is; false when that takes longer than the limit. */
    boolean await(int nodes, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            look();
            if (status.path("phase").asString("").equals("Ready") && ready() == nodes) {
                return true;
            }
            Pause.millis(MILLIS_BETWEEN_LOOKS);
        }
        report.say("");
        report.say("The cluster is not ready within " + limit.toSeconds()
                + " s (--timeout). Look: ./garboard cluster status " + name
                + ", ./garboard node MACHINE services, ./garboard lab logs");
        return false;
    }

    private long ready() {
        return status.path("nodes").values().stream()
                .filter(node -> node.path("ready").asBoolean(false))
                .count();
    }

    private void look() {
        try {
            status = api.get("clusters/" + name).path("status");
        } catch (IOException serverAway) {
            // A server that is restarted comes back; a dead one is noticed by the time limit.
            return;
        }
        for (var node : status.path("nodes").values()) {
            var stage = node.path("ready").asBoolean(false)
                    ? "Ready"
                    : node.path("stage").asString("");
            show(node.path("machine").asString(""), stage, node.path("message").asString(""), false);
        }
        for (var condition : status.path("conditions").values()) {
            boolean holds = condition.path("status").asString("").equals("True");
            show(
                    name,
                    condition.path("type").asString(""),
                    holds ? "" : condition.path("message").asString(""),
                    !holds);
        }
    }

    /** Each stage of a node and each condition of the cluster, once with each message. */
    private void show(String who, String stage, String message, boolean problem) {
        if (!message.equals(shown.put(who + " " + stage, message))) {
            report.stage(who, new BootProgress.Event(stage, clock.sinceStart(), message, problem));
        }
    }
}
