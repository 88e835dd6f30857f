package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Conditions as they are said now; the time of one moves only when its status does. */
final class ConditionList {

    private static final int LONGEST = 1000;

    private final List<Condition> before;
    private final Instant now;
    private final List<Condition> said = new ArrayList<>();

    ConditionList(List<Condition> before, Instant now) {
        this.before = before;
        this.now = now;
    }

    void add(String type, boolean holds, String reason, String message) {
        var status = holds ? "True" : "False";
        var since = before.stream()
                .filter(known -> known.type().equals(type) && known.status().equals(status))
                .map(Condition::lastTransitionTime)
                .findFirst()
                .orElse(now);
        var text = message.length() > LONGEST ? message.substring(0, LONGEST) : message;
        said.add(new Condition(type, status, reason, text, since));
    }

    List<Condition> all() {
        return List.copyOf(said);
    }
}
