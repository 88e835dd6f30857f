package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage.EtcdAside;
import java.time.Instant;
import java.util.stream.Collectors;

/** What of etcd lies on a machine beside its member's data. The condition is there only while something does. */
final class MachineEtcd {

    static final String CONDITION = "EtcdDataInPlace";

    private MachineEtcd() {}

    /** Notes what the machine has set aside. */
    static StatusChange note(StatusChange change, EtcdAside said) {
        if (said.getDataCount() == 0) {
            return change.without(CONDITION);
        }
        // Nothing in it changes while the data does not: each text that did would be written every time.
        var data = said.getDataList().stream().map(MachineEtcd::text).collect(Collectors.joining("; "));
        return change.condition(
                CONDITION,
                false,
                "SetAside",
                "the machine took data of etcd out of its member's way, and keeps it: " + data
                        + ". It goes by itself at that time, later if the member does not vote then, and the older of two"
                        + " sooner when room is short; an order to leave takes it at once. Whoever needs it copies it from"
                        + " a rescue system before");
    }

    private static String text(EtcdAside.Data data) {
        return data.getPath() + " (" + size(data.getBytes()) + "), since "
                + Instant.ofEpochSecond(data.getSince().getSeconds()) + ", until "
                + Instant.ofEpochSecond(data.getUntil().getSeconds());
    }

    private static String size(long bytes) {
        return bytes < 1_000_000 ? Math.ceilDiv(bytes, 1000) + " kB" : Math.ceilDiv(bytes, 1_000_000) + " MB";
    }
}
