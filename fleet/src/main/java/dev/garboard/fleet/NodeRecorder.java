package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.Goodbye;
import dev.garboard.agentapi.v1.NodeMessage.Status;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.nodeconfig.StateDisk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes into machine and boot session what a node's stream tells. */
final class NodeRecorder {

    static final String CONNECTED = "Connected";
    static final String READY = "Ready";

    /** Said only when it does not hold. */
    static final String DECLARED = "DocumentsDeclared";

    private static final Logger log = LoggerFactory.getLogger(NodeRecorder.class);

    /** A status every 30 seconds from ten thousand machines must not become a write each. */
    private static final Duration COARSE = Duration.ofMinutes(5);

    /** Keep-alive finds a silent peer within 30 seconds; what ends sooner was ended by the machine. */
    private static final Duration SILENT = Duration.ofSeconds(25);

    private final ResourceStore store;
    private final SessionLog sessions;
    private final InstantSource clock;

    NodeRecorder(ResourceStore store, SessionLog sessions, InstantSource clock) {
        this.store = store;
        this.sessions = sessions;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    Optional<Resource<MachineSpec, MachineStatus>> connected(NodeStream stream) {
        var hello = stream.hello();
        var session = stream.session();
        var changed = change(stream.machine(), machine -> {
            var change = new StatusChange(machine.status(), now());
            if (!session.equals(machine.status().bootSession())) {
                ConfigStatus.restarted(change, machine.status());
            }
            var status = change.phase("Enrolled")
                    .at(stream.address(), stream.apiPort())
                    .booted(session.isEmpty() ? null : session, hello.getAgentVersion(), hello.getImage())
                    .kernel(hello.getKernelRelease())
                    .documents(
                            session.equals(machine.status().bootSession())
                                    ? machine.status().documents()
                                    : List.of())
                    .condition(CONNECTED, true, "Connected", "its stream is open")
                    .seen();
            return machine.withStatus(status);
        });
        sessions.belongsTo(session, stream.machine());
        sessions.nodeSteps(session, hello.getStepsList());
        return changed;
    }

    void status(NodeStream stream, Status said) {
        var sent = stream.lastSent();
        boolean becameReady = said.getReady() && !stream.isReady();
        stream.ready(said.getReady());
        change(stream.machine(), machine -> {
            var before = machine.status();
            var change = new StatusChange(before, now())
                    .phase(said.getReady() ? "Ready" : "Enrolled")
                    .condition(
                            READY,
                            said.getReady(),
                            said.getReady() ? "Ready" : "NotReady",
                            said.getReady() ? "all services run" : said.getMessage());
            change.documents(
                    said.getDocumentsList().stream().map(NodeRecorder::document).toList());
            kept(stream.machine(), change, said);
            if (sent != null) {
                ConfigStatus.reported(change, before, sent, said);
            }
            if (said.hasTime()) {
                MachineClock.note(change, said.getTime(), now());
            }
            if (said.hasTimekeeping()) {
                MachineClock.note(change, said.getTimekeeping());
            }
            if (said.hasResolvers()) {
                MachineResolvers.note(change, said.getResolvers(), machine.spec(), before.config());
            }
            if (said.hasStateDisk()) {
                MachineDisk.note(change, before.stateDisk(), said.getStateDisk(), now());
            }
            if (said.hasEtcdAside()) {
                MachineEtcd.note(change, said.getEtcdAside());
            }
            if (said.hasCertificateNotAfter()) {
                change.certificateUntil(
                        Instant.ofEpochSecond(said.getCertificateNotAfter().getSeconds()));
            }
            var spec = spent(machine.spec(), said);
            if (!spec.equals(machine.spec())) {
                change.withoutDiskOrder();
            }
            var after = change.unseen();
            MachineResolvers.tell(stream.machine(), before, after);
            var lastSeen = before.lastSeen();
            boolean stale = lastSeen == null || lastSeen.isBefore(now().minus(COARSE));
            return after.equals(before) && !stale && spec.equals(machine.spec())
                    ? machine
                    : machine.withSpec(spec).withStatus(change.seen());
        });
        if (becameReady) {
            sessions.ready(stream.session());
        }
    }

    /** An order to overwrite is spent when the machine uses the disk: left standing, it would act on whatever lies there one day. */
    private static MachineSpec spent(MachineSpec spec, Status said) {
        var disk = spec.stateDisk();
        boolean used = said.getDocumentsList().stream()
                .anyMatch(document -> document.getKind().equals(StateDisk.KIND)
                        && document.getDesiredRevision() > 0
                        && document.getAppliedRevision() == document.getDesiredRevision());
        if (disk == null || !disk.overwrite() || !used) {
            return spec;
        }
        log.atInfo().addKeyValue("disk", disk.disk()).log("the machine uses its disk; overwrite is taken back");
        return spec.withStateDisk(disk.withoutOverwrite());
    }

    private static void kept(String machine, StatusChange change, Status said) {
        var kept = said.getDocumentsList().stream()
                .filter(NodeMessage.DocumentStatus::getKept)
                .map(NodeMessage.DocumentStatus::getKind)
                .sorted()
                .collect(Collectors.joining(", "));
        if (kept.isEmpty()) {
            change.without(DECLARED);
        } else {
            change.condition(
                    DECLARED,
                    false,
                    "KeptWithoutOrder",
                    "the node keeps " + kept
                            + ": nothing here declares them any more, and nobody ordered the node to leave its"
                            + " cluster. Is this server's database an older copy? Restore a newer one; what the node"
                            + " keeps is lost only when the node is reset: garboard node " + machine
                            + " reset --disk DISK, or, where it keeps nothing on a disk, is"
                            + " restarted");
        }
    }

    private static MachineStatus.Document document(NodeMessage.DocumentStatus said) {
        return new MachineStatus.Document(
                said.getKind(),
                said.getName(),
                said.getDesiredRevision(),
                said.getAppliedRevision(),
                said.getFailedRevision(),
                said.getMessage());
    }

    void goodbye(NodeStream stream, Goodbye goodbye) {
        var reason = goodbye.getReason().isEmpty() ? "no reason given" : goodbye.getReason();
        switch (goodbye.getKind()) {
            case KIND_REBOOT -> {
                if (!goodbye.getErasedFileSystem().isEmpty()) {
                    erased(stream.machine(), goodbye.getErasedFileSystem());
                }
                sessions.ended(stream.session(), reason);
                disconnected(stream.machine(), "Rebooting", "Reboot", "reboots: " + reason);
            }
            case KIND_SHUTDOWN -> {
                sessions.ended(stream.session(), "shut down: " + reason);
                disconnected(stream.machine(), "Off", "Shutdown", "was shut down: " + reason);
            }
            case KIND_FATAL, KIND_UNSPECIFIED, UNRECOGNIZED -> {
                sessions.failed(stream.session(), "the agent ended with an error: " + reason);
                disconnected(stream.machine(), "Lost", "AgentFailed", "the agent ended with an error: " + reason);
            }
        }
    }

    /** The machine was reset: what is not there any more is not looked for at its next start. */
    private void erased(String machine, String fileSystem) {
        log.atWarn()
                .addKeyValue("machine", machine)
                .addKeyValue("fileSystem", fileSystem)
                .log("the machine was reset, its disk is erased");
        change(machine, found -> {
            var recorded = found.status().stateDisk();
            return recorded == null || !recorded.fileSystem().equals(fileSystem)
                    ? found
                    : found.withStatus(new StatusChange(found.status(), now())
                            .withoutStateDisk()
                            .unseen());
        });
    }

    void lost(NodeStream stream) {
        var silentFor = Duration.between(stream.lastHeard(), now());
        var cause = silentFor.compareTo(SILENT) >= 0
                ? "nothing was heard for " + silentFor.toSeconds()
                        + " s: power, cable or switch lost, or the kernel hangs; look at the machine's console"
                : "the machine ended the connection without a goodbye: the agent was killed or the machine was reset;"
                        + " look at its console";
        sessions.lost(stream.session(), cause);
        disconnected(stream.machine(), "Lost", "StreamLost", cause);
    }

    /** It was connected before the server was restarted, and did not come back. */
    void didNotReturn(Resource<MachineSpec, MachineStatus> machine, Duration within) {
        var cause = "did not connect again within " + within.toSeconds() + " s after the server's start";
        sessions.lost(machine.status().bootSession(), cause);
        disconnected(machine.name(), "Lost", "StreamLost", cause);
    }

    void certificate(String machine, Instant notAfter) {
        change(
                machine,
                found -> found.withStatus(new StatusChange(found.status(), now())
                        .certificateUntil(notAfter)
                        .seen()));
    }

    private void disconnected(String name, String phase, String reason, String message) {
        change(
                name,
                machine -> machine.withStatus(new StatusChange(machine.status(), now())
                        .phase(phase)
                        .condition(CONNECTED, false, reason, message)
                        .condition(READY, false, reason, message)
                        .unseen()));
    }

    private interface Change {
        Resource<MachineSpec, MachineStatus> apply(Resource<MachineSpec, MachineStatus> machine);
    }

    private Optional<Resource<MachineSpec, MachineStatus>> change(String name, Change change) {
        try {
            return Optional.of(store.update(Kinds.MACHINE, name, change::apply));
        } catch (ResourceMissingException deleted) {
            log.atDebug().addKeyValue("machine", name).log("machine is gone");
            return Optional.empty();
        }
    }
}
