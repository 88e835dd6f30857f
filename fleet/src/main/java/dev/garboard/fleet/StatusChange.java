package dev.garboard.fleet;

import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine's status while it is changed; what is not set stays. */
final class StatusChange {

    private static final int LONGEST_MESSAGE = 1000;

    private final MachineStatus before;
    private final Instant now;
    private String phase;
    private MachineIdentity identity;
    private Map<String, Object> facts;
    private @Nullable String address;
    private int apiPort;
    private @Nullable String bootSession;
    private @Nullable String agentVersion;
    private @Nullable String image;
    private @Nullable String kernelRelease;
    private @Nullable Instant certificateNotAfter;
    private MachineStatus.@Nullable StateDisk stateDisk;
    private MachineStatus.@Nullable DiskOrder diskOrder;
    private List<MachineStatus.Document> documents;
    private final List<Condition> conditions;

    StatusChange(MachineStatus before, Instant now) {
        this.before = before;
        this.now = now;
        this.phase = before.phase();
        this.identity = before.identity();
        this.facts = before.facts();
        this.address = before.address();
        this.apiPort = before.apiPort();
        this.bootSession = before.bootSession();
        this.agentVersion = before.agentVersion();
        this.image = before.image();
        this.kernelRelease = before.kernelRelease();
        this.certificateNotAfter = before.certificateNotAfter();
        this.stateDisk = before.stateDisk();
        this.diskOrder = before.diskOrder();
        this.documents = before.documents();
        this.conditions = new ArrayList<>(before.conditions());
    }

    StatusChange phase(String value) {
        phase = value;
        return this;
    }

    StatusChange hardware(MachineIdentity fused, Map<String, Object> found) {
        identity = fused;
        facts = found;
        return this;
    }

    StatusChange at(String ip, int port) {
        address = ip;
        apiPort = port;
        return this;
    }

    StatusChange booted(@Nullable String session, String agent, String imageName) {
        bootSession = session;
        agentVersion = agent;
        image = imageName;
        return this;
    }

    StatusChange kernel(String release) {
        kernelRelease = release;
        return this;
    }

    StatusChange documents(List<MachineStatus.Document> said) {
        documents = List.copyOf(said);
        return this;
    }

    /** The disk that the machine uses. */
    StatusChange stateDisk(MachineStatus.StateDisk disk) {
        stateDisk = disk;
        return this;
    }

    /** The machine keeps nothing on a disk any more. */
    StatusChange withoutStateDisk() {
        stateDisk = null;
        return this;
    }

    /** There is nothing to overwrite any more. */
    StatusChange withoutDiskOrder() {
        diskOrder = null;
        return this;
    }

    StatusChange certificateUntil(Instant notAfter) {
        certificateNotAfter = notAfter;
        return this;
    }

    /** Sets one condition; its time moves only when its status does. */
    StatusChange condition(String type, boolean holds, String reason, String message) {
        var status = holds ? "True" : "False";
        var text = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
        for (int i = 0; i < conditions.size(); i++) {
            var known = conditions.get(i);
            if (known.type().equals(type)) {
                var since = known.status().equals(status) ? known.lastTransitionTime() : now;
                conditions.set(i, new Condition(type, status, reason, text, since));
                return this;
            }
        }
        conditions.add(new Condition(type, status, reason, text, now));
        return this;
    }

    StatusChange without(String conditionType) {
        conditions.removeIf(condition -> condition.type().equals(conditionType));
        return this;
    }

    /** The changed status, seen now. */
    MachineStatus seen() {
        return build(now);
    }

    /** The changed status of a machine that did not speak. */
    MachineStatus unseen() {
        return build(before.lastSeen());
    }

    private MachineStatus build(@Nullable Instant lastSeen) {
        return new MachineStatus(
                phase,
                identity,
                facts,
                address,
                apiPort,
                bootSession,
                agentVersion,
                image,
                kernelRelease,
                lastSeen,
                certificateNotAfter,
                stateDisk,
                diskOrder,
                documents,
                conditions);
    }
}
