package dev.garboard.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Weighs what was seen of a machine against those that are known. A MAC address is the strongest evidence; a MAC address, UUID or serial
 * number that several machines carry is none (a USB adapter that is carried about, boards that leave factories with the same numbers); a UUID or
 * serial alone never overrides known MAC addresses.
 */
final class IdentityMatcher {

    private final MachineIdentity seen;
    private final Collection<Resource<MachineSpec, MachineStatus>> machines;

    IdentityMatcher(MachineIdentity seen, Collection<Resource<MachineSpec, MachineStatus>> machines) {
        this.seen = seen;
        this.machines = machines;
    }

    IdentityMatch match() {
        var byMac = machines.stream().filter(this::sharesMac).toList();
        var byFirmware =
                machines.stream().filter(m -> !firmwareEvidence(m).isEmpty()).toList();
        return switch (byMac.size()) {
            case 0 -> sharedMacs().isEmpty() ? matchByFirmware(byFirmware) : matchByShared(byFirmware);
            case 1 -> confirm(byMac.getFirst(), byFirmware);
            default ->
                conflict(
                        names(byMac),
                        "its MAC addresses belong to different machines; a network card moved, or one"
                                + " machine was recorded twice: delete what is stale");
        };
    }

    /** It was seen with cards only that several machines have: one that is carried from machine to machine, or one recorded twice. */
    private IdentityMatch matchByShared(List<Resource<MachineSpec, MachineStatus>> byFirmware) {
        var mac = sharedMacs().getFirst();
        var holders = machines.stream().filter(m -> macs(m).contains(mac)).toList();
        // Which of those that have the card: the firmware says so, if it points at one of them and at no other.
        if (byFirmware.size() == 1 && holders.contains(byFirmware.getFirst())) {
            return new IdentityMatch.Known(byFirmware.getFirst());
        }
        return conflict(
                names(holders),
                "MAC address " + mac + " belongs to each of them, and neither UUID nor serial says which it is; delete"
                        + " what is stale");
    }

    /** MAC addresses that several machines show are evidence of nothing. Asked when none is that of one machine alone. */
    private List<String> sharedMacs() {
        return seen.macs().stream().filter(mac -> holders(mac) > 1).toList();
    }

    private long holders(String mac) {
        return machines.stream().filter(m -> macs(m).contains(mac)).count();
    }

    private IdentityMatch matchByFirmware(List<Resource<MachineSpec, MachineStatus>> candidates) {
        if (candidates.isEmpty()) {
            return new IdentityMatch.Unknown();
        }
        if (candidates.size() > 1) {
            return conflict(
                    names(candidates),
                    "none has its MAC address, and UUID and serials point at different machines;"
                            + " declare its MAC address in spec.identity of the right one");
        }
        var machine = candidates.getFirst();
        var evidence = firmwareEvidence(machine);
        if (macs(machine).isEmpty() || seen.macs().isEmpty() || evidence.size() > 1) {
            return new IdentityMatch.Known(machine);
        }
        return conflict(
                names(candidates),
                "it has the same " + evidence.getFirst()
                        + " and none of its MAC addresses: a new network card, or another machine with a copied value."
                        + " If it is "
                        + machine.name() + ", add " + String.join(", ", seen.macs()) + " to its spec.identity.macs");
    }

    private IdentityMatch confirm(
            Resource<MachineSpec, MachineStatus> machine, List<Resource<MachineSpec, MachineStatus>> byFirmware) {
        if (!byFirmware.isEmpty() && firmwareEvidence(machine).isEmpty()) {
            var other = byFirmware.getFirst();
            return conflict(
                    names(Stream.concat(Stream.of(machine), byFirmware.stream()).toList()),
                    "the MAC address is that of " + machine.name() + ", and "
                            + firmwareEvidence(other).getFirst() + " that of " + other.name()
                            + ": a network card moved? Correct spec.identity of both");
        }
        if (contradictions(machine) > 1) {
            return conflict(
                    List.of(machine.name()),
                    "the MAC address is that of " + machine.name()
                            + ", but UUID and serial are others: a network card moved to another machine? Remove the"
                            + " MAC address from "
                            + machine.name() + ", or delete it");
        }
        return new IdentityMatch.Known(machine);
    }

    /** What of UUID and serials points at this machine and at no other. */
    private List<String> firmwareEvidence(Resource<MachineSpec, MachineStatus> machine) {
        var evidence = new TreeMap<String, Long>();
        if (sharesUuid(machine)) {
            evidence.put("UUID", machines.stream().filter(this::sharesUuid).count());
        }
        if (sharesSystemSerial(machine)) {
            evidence.put(
                    "system serial",
                    machines.stream().filter(this::sharesSystemSerial).count());
        }
        if (sharesBoardSerial(machine)) {
            evidence.put(
                    "board serial",
                    machines.stream().filter(this::sharesBoardSerial).count());
        }
        return evidence.entrySet().stream()
                .filter(found -> found.getValue() == 1)
                .map(found -> found.getKey())
                .toList();
    }

    private int contradictions(Resource<MachineSpec, MachineStatus> machine) {
        int count = 0;
        if (seen.uuid() != null && identities(machine).anyMatch(i -> i.uuid() != null) && !sharesUuid(machine)) {
            count++;
        }
        if (seen.systemSerial() != null
                && identities(machine).anyMatch(i -> i.systemSerial() != null)
                && !sharesSystemSerial(machine)) {
            count++;
        }
        return count;
    }

    private boolean sharesMac(Resource<MachineSpec, MachineStatus> machine) {
        return macs(machine).stream().anyMatch(mac -> seen.macs().contains(mac) && holders(mac) == 1);
    }

    private boolean sharesUuid(Resource<MachineSpec, MachineStatus> machine) {
        var uuid = seen.uuid();
        return uuid != null
                && identities(machine)
                        .map(MachineIdentity::uuid)
                        .filter(Objects::nonNull)
                        .anyMatch(known -> Identities.sameUuid(uuid, known));
    }

    private boolean sharesSystemSerial(Resource<MachineSpec, MachineStatus> machine) {
        var serial = seen.systemSerial();
        return serial != null && identities(machine).anyMatch(known -> serial.equals(known.systemSerial()));
    }

    private boolean sharesBoardSerial(Resource<MachineSpec, MachineStatus> machine) {
        var serial = seen.boardSerial();
        return serial != null && identities(machine).anyMatch(known -> serial.equals(known.boardSerial()));
    }

    private static Set<String> macs(Resource<MachineSpec, MachineStatus> machine) {
        var macs = new TreeSet<>(machine.spec().identity().macs());
        macs.addAll(machine.status().identity().macs());
        return macs;
    }

    private static Stream<MachineIdentity> identities(Resource<MachineSpec, MachineStatus> machine) {
        return Stream.of(machine.spec().identity(), machine.status().identity());
    }

    private static List<String> names(Collection<Resource<MachineSpec, MachineStatus>> machines) {
        return machines.stream().map(Resource::name).sorted().toList();
    }

    private static IdentityMatch conflict(List<String> machines, String why) {
        return new IdentityMatch.Conflict(machines, String.join(" and ", machines) + ": " + why);
    }
}
