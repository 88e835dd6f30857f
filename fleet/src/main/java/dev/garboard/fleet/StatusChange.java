package dev.garboard.fleet;

import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.MachineStatusEdit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine's status while it is changed; what is not set stays. */
final class StatusChange {

    private static final int LONGEST_MESSAGE = 1000;

    private final MachineStatusEdit edit;
    private final Instant now;
    private final List<Condition> conditions;

    StatusChange(MachineStatus before, Instant now) {
        this.edit = before.edit();
        this.now = now;
        this.conditions = new ArrayList<>(before.conditions());
    }

    StatusChange phase(String value) {
        edit.phase(value);
        return this;
    }

    StatusChange hardware(MachineIdentity fused, Map<String, Object> found) {
        edit.identity(fused);
        edit.facts(found);
        return this;
    }

    StatusChange at(String ip, int port) {
        edit.address(ip);
        edit.apiPort(port);
        return this;
    }

    StatusChange booted(@Nullable String session, String agent, String imageName) {
        edit.bootSession(session);
        edit.agentVersion(agent);
        edit.image(imageName);
        return this;
    }

    StatusChange kernel(String release) {
        edit.kernelRelease(release);
        return this;
    }

    StatusChange documents(List<MachineStatus.Document> said) {
        edit.documents(List.copyOf(said));
        return this;
    }

    StatusChange config(MachineStatus.Config decided) {
        edit.config(decided);
        return this;
    }

    /** The disk that the machine uses. */
    StatusChange stateDisk(MachineStatus.StateDisk disk) {
        edit.stateDisk(disk);
        return this;
    }

    /** The machine keeps nothing on a disk any more. */
    StatusChange withoutStateDisk() {
        edit.stateDisk(null);
        return this;
    }

    /** There is nothing to overwrite any more. */
    StatusChange withoutDiskOrder() {
        edit.diskOrder(null);
        return this;
    }

    StatusChange certificateUntil(Instant notAfter) {
        edit.certificateNotAfter(notAfter);
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
        edit.lastSeen(now);
        return unseen();
    }

    /** The changed status of a machine that did not speak. */
    MachineStatus unseen() {
        return edit.conditions(conditions).done();
    }
}
