package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.fleet.DesiredDocuments.Settings;
import dev.garboard.inventory.MachineStatus;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Notes in a machine's status what its configuration is, and how far the machine is with it. */
public final class ConfigStatus {

    /** Of a machine: whether it is what is declared of it. */
    public static final String CONFIGURED = "Configured";

    private static final String APPLIED = "Applied";
    private static final String WAITING = "Waiting";
    private static final String FAILED = "Failed";

    private ConfigStatus() {}

    /** Why a machine is not told what is declared. */
    public record Hold(Reason reason, String message) {

        /** In one word; the condition's reason. */
        public enum Reason {
            CONFLICT("Conflict"),
            INCOMPLETE("Incomplete"),
            UNREADABLE("Unreadable");

            private final String word;

            Reason(String word) {
                this.word = word;
            }
        }

        private static final String KEEPS = "; the machine keeps what it was told last, and what its own spec says. ";

        /** NodeConfigs contradict each other. */
        public static Hold conflict(String what) {
            return new Hold(
                    Reason.CONFLICT, what + KEEPS + "Give one of them another priority, or take the field out of one");
        }

        /** What the NodeConfigs say together is no whole document. */
        public static Hold incomplete(String what) {
            return new Hold(Reason.INCOMPLETE, what + KEEPS + "Say the rest in a NodeConfig that selects this machine");
        }

        /** What the machine's own spec says breaks a rule. */
        public static Hold ofSpec(String what) {
            return new Hold(
                    Reason.INCOMPLETE,
                    "the Machine's own spec: " + what
                            + "; the machine keeps what it was told last, and what else its own spec says. Correct"
                            + " spec.hostname, spec.dnsServers or spec.timeServers of the Machine");
        }

        /** The same, where some of what the machine was told last can be told no more. */
        public Hold without(String what) {
            return new Hold(
                    reason, message + ". Of what it was told last this is left out, since it no longer reads: " + what);
        }

        /** A NodeConfig is stored that cannot be read. */
        public static Hold unreadable(Set<String> names) {
            return new Hold(
                    Reason.UNREADABLE,
                    "NodeConfig " + String.join(", ", new TreeSet<>(names))
                            + " is stored and cannot be read, and nobody can tell which machines it selects" + KEEPS
                            + "An admin deletes it: kubectl delete nodeconfig NAME; then create it again");
        }
    }

    /** What was decided about a machine; the status as it is when it says so already. */
    public static MachineStatus decided(
            MachineStatus status, String digest, List<String> nodeConfigs, @Nullable Hold hold, Instant now) {
        var before = status.config();
        var change = new StatusChange(status, now);
        boolean sameDigest = before != null && before.digest().equals(digest);
        var config = before != null && sameDigest && before.nodeConfigs().equals(nodeConfigs)
                ? before
                // What the machine applied once says nothing of what it does when it is told the same again.
                : new MachineStatus.Config(
                        digest, before != null && sameDigest ? before.appliedDigest() : null, nodeConfigs, now);
        change.config(config);
        if (hold != null) {
            change.condition(CONFIGURED, false, hold.reason().word, hold.message());
        } else if (digest.equals(config.appliedDigest()) && (isHeld(status) || isApplied(status))) {
            change.condition(CONFIGURED, true, APPLIED, applied(config));
        } else if (!sameDigest || isHeld(status)) {
            change.condition(CONFIGURED, false, WAITING, "the machine has not said yet that it is so");
        }
        return change.unseen();
    }

    /** The machine has started anew, and nothing is known of what it has applied. */
    static void restarted(StatusChange change, MachineStatus before) {
        var config = before.config();
        if (config != null && config.appliedDigest() != null) {
            change.config(new MachineStatus.Config(config.digest(), null, config.nodeConfigs(), config.since()));
            if (!isHeld(before)) {
                change.condition(
                        CONFIGURED, false, WAITING, "the machine was started and has not said yet that it is so");
            }
        }
    }

    /**
     * What the machine says of it.
     *
     * @param sent what it was told last on this stream
     */
    static void reported(StatusChange change, MachineStatus before, NodeStream.Sent sent, NodeMessage.Status said) {
        var config = before.config();
        var settings = sent.settings();
        if (config == null
                || !settings.digest().equals(config.digest())
                || said.getObservedRevision() < sent.revision()) {
            return;
        }
        var open = settings.documents().stream()
                .filter(label -> said.getDocumentsList().stream()
                        .noneMatch(document -> label.equals(label(document)) && isApplied(document)))
                .toList();
        if (open.isEmpty()) {
            var applied =
                    new MachineStatus.Config(config.digest(), config.digest(), config.nodeConfigs(), config.since());
            change.config(applied);
            if (!isHeld(before)) {
                change.condition(CONFIGURED, true, APPLIED, applied(applied));
            }
            return;
        }
        if (config.appliedDigest() != null) {
            change.config(new MachineStatus.Config(config.digest(), null, config.nodeConfigs(), config.since()));
        }
        if (!isHeld(before)) {
            var failed = failures(said, settings);
            change.condition(
                    CONFIGURED,
                    false,
                    failed.isEmpty() ? WAITING : FAILED,
                    failed.isEmpty() ? "not applied yet: " + String.join(", ", open) : failed);
        }
    }

    private static String failures(NodeMessage.Status said, Settings settings) {
        return said.getDocumentsList().stream()
                .filter(document -> settings.documents().contains(label(document)) && document.getFailedRevision() != 0)
                .map(document -> label(document) + ": " + document.getMessage())
                .collect(Collectors.joining("; "));
    }

    private static boolean isApplied(DocumentStatus document) {
        return document.getAppliedRevision() == document.getDesiredRevision() && document.getFailedRevision() == 0;
    }

    private static String label(DocumentStatus document) {
        return document.getKind() + "/" + document.getName();
    }

    private static boolean isApplied(MachineStatus status) {
        return status.conditions().stream()
                .anyMatch(condition -> condition.type().equals(CONFIGURED) && APPLIED.equals(condition.reason()));
    }

    /** Whether the machine is not told what is declared. */
    private static boolean isHeld(MachineStatus status) {
        return status.conditions().stream()
                .filter(condition -> condition.type().equals(CONFIGURED))
                .anyMatch(condition -> {
                    for (var reason : Hold.Reason.values()) {
                        if (reason.word.equals(condition.reason())) {
                            return true;
                        }
                    }
                    return false;
                });
    }

    private static String applied(MachineStatus.Config config) {
        return config.nodeConfigs().isEmpty()
                ? "the machine is what its own spec says"
                : "the machine is what is declared by NodeConfig " + String.join(", ", config.nodeConfigs());
    }
}
