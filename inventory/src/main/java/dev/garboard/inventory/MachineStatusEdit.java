package dev.garboard.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine's status while it is changed, each field by its name; what is not set stays. The only place that counts the fields out. */
public final class MachineStatusEdit {

    private String phase;
    private MachineIdentity identity;
    private Map<String, Object> facts;
    private @Nullable String address;
    private int apiPort;
    private @Nullable String bootSession;
    private @Nullable String agentVersion;
    private @Nullable String image;
    private @Nullable String kernelRelease;
    private @Nullable Instant lastSeen;
    private @Nullable Instant certificateNotAfter;
    private MachineStatus.@Nullable StateDisk stateDisk;
    private MachineStatus.@Nullable DiskOrder diskOrder;
    private MachineStatus.@Nullable Config config;
    private List<MachineStatus.Document> documents;
    private List<Condition> conditions;

    /** Begins with all as it is. */
    MachineStatusEdit(MachineStatus before) {
        this.phase = before.phase();
        this.identity = before.identity();
        this.facts = before.facts();
        this.address = before.address();
        this.apiPort = before.apiPort();
        this.bootSession = before.bootSession();
        this.agentVersion = before.agentVersion();
        this.image = before.image();
        this.kernelRelease = before.kernelRelease();
        this.lastSeen = before.lastSeen();
        this.certificateNotAfter = before.certificateNotAfter();
        this.stateDisk = before.stateDisk();
        this.diskOrder = before.diskOrder();
        this.config = before.config();
        this.documents = before.documents();
        this.conditions = before.conditions();
    }

    public MachineStatusEdit phase(String other) {
        phase = other;
        return this;
    }

    public MachineStatusEdit identity(MachineIdentity other) {
        identity = other;
        return this;
    }

    public MachineStatusEdit facts(Map<String, Object> other) {
        facts = other;
        return this;
    }

    public MachineStatusEdit address(@Nullable String other) {
        address = other;
        return this;
    }

    public MachineStatusEdit apiPort(int other) {
        apiPort = other;
        return this;
    }

    public MachineStatusEdit bootSession(@Nullable String other) {
        bootSession = other;
        return this;
    }

    public MachineStatusEdit agentVersion(@Nullable String other) {
        agentVersion = other;
        return this;
    }

    public MachineStatusEdit image(@Nullable String other) {
        image = other;
        return this;
    }

    public MachineStatusEdit kernelRelease(@Nullable String other) {
        kernelRelease = other;
        return this;
    }

    public MachineStatusEdit lastSeen(@Nullable Instant other) {
        lastSeen = other;
        return this;
    }

    public MachineStatusEdit certificateNotAfter(@Nullable Instant other) {
        certificateNotAfter = other;
        return this;
    }

    public MachineStatusEdit stateDisk(MachineStatus.@Nullable StateDisk other) {
        stateDisk = other;
        return this;
    }

    public MachineStatusEdit diskOrder(MachineStatus.@Nullable DiskOrder other) {
        diskOrder = other;
        return this;
    }

    public MachineStatusEdit config(MachineStatus.@Nullable Config other) {
        config = other;
        return this;
    }

    public MachineStatusEdit documents(List<MachineStatus.Document> other) {
        documents = other;
        return this;
    }

    public MachineStatusEdit conditions(List<Condition> other) {
        conditions = other;
        return this;
    }

    /** The status as it is now. */
    public MachineStatus done() {
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
                config,
                documents,
                conditions);
    }
}
