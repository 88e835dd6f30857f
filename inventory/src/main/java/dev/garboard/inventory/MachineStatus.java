package dev.garboard.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was observed of a machine.
 *
 * @param phase {@code Discovered}, {@code Booting}, {@code Pending}, {@code Enrolled}, {@code Ready}, {@code Lost},
 *     {@code Rebooting}, {@code Off} or {@code Rejected}
 * @param identity fused from everything seen so far
 * @param facts hardware as JSON-shaped data (the machine API's Hardware message in its JSON form)
 * @param address of the machine API, without port
 * @param bootSession the latest one
 */
public record MachineStatus(
        String phase,
        MachineIdentity identity,
        Map<String, Object> facts,
        @Nullable String address,
        int apiPort,
        @Nullable String bootSession,
        @Nullable String agentVersion,
        @Nullable String image,
        @Nullable String kernelRelease,
        @Nullable Instant lastSeen,
        @Nullable Instant certificateNotAfter,
        List<Condition> conditions) {

    public MachineStatus {
        facts = Map.copyOf(facts);
        conditions = List.copyOf(conditions);
    }

    public static MachineStatus unseen() {
        return new MachineStatus(
                "Discovered", MachineIdentity.none(), Map.of(), null, 0, null, null, null, null, null, null, List.of());
    }
}
