package dev.garboard.fleet;

import dev.garboard.inventory.Identities;
import dev.garboard.inventory.IdentityMatch;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What several machines show at once: a UUID or serial that many boards leave the factory with, a USB adapter that is carried from machine to machine.
 * It is evidence of nothing, and all of them have a condition that says so.
 *
 * <p>Nothing of this is remembered: a value is shared for as long as several machines of the inventory have it, and what a machine has there was told
 * in a boot that this server answered. So a newcomer that claims another's values takes nothing for good: the other keeps what only it has, and when
 * the newcomer is deleted its values count again. A MAC address of another machine is believed only of the card that the newcomer booted from.
 */
final class SharedIdentity {

    private static final String CONDITION = "DuplicateIdentity";

    /** Named in a condition, and told at once when one more comes; the rest hear it when they boot. */
    private static final int MOST = 16;

    private final ResourceStore store;
    private final MachineIndex machines;
    private final InstantSource clock;

    SharedIdentity(ResourceStore store, MachineIndex machines, InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.clock = clock;
    }

    /**
     * The applicant as a machine of its own, when those that its evidence points at run elsewhere in this moment: connected, from another boot, and
     * with a UUID or MAC addresses that contradict it. Empty when it may be one of them.
     *
     * <p>Whether they answer at their API is not asked, other than before somebody takes a node's place ({@link Succession}): who becomes a machine of its own takes
     * nobody's, and the rules decide about it as about any newcomer. Asking would open what it is to close: a machine that is cut off for a moment would count as
     * gone, and the newcomer with its card as the machine itself. What is connected here and is dead in truth is found out by its stream within half a minute.
     */
    Optional<Applicant> another(Applicant applicant, IdentityMatch match) {
        return switch (match) {
            case IdentityMatch.Unknown() -> Optional.empty();
            case IdentityMatch.Known(var machine) ->
                runsElsewhere(applicant, machine) && otherChassis(applicant, machine)
                        ? Optional.of(ofItsOwn(applicant))
                        : Optional.empty();
            case IdentityMatch.Conflict(var names, var _) ->
                names.stream()
                                .map(machines::get)
                                .allMatch(found -> found.isPresent() && runsElsewhere(applicant, found.get()))
                        ? Optional.of(ofItsOwn(applicant))
                        : Optional.empty();
        };
    }

    private static boolean runsElsewhere(Applicant applicant, Resource<MachineSpec, MachineStatus> machine) {
        var session = machine.status().bootSession();
        return session != null
                && !session.equals(applicant.session())
                && machine.status().conditions().stream()
                        .anyMatch(condition -> condition.type().equals(NodeRecorder.CONNECTED)
                                && condition.status().equals("True"));
    }

    /** Its UUID is another; a card can be carried over, a UUID not. */
    private static boolean otherChassis(Applicant applicant, Resource<MachineSpec, MachineStatus> machine) {
        var seen = applicant.identity().uuid();
        var known = machine.status().identity().uuid();
        return seen != null && known != null && !Identities.sameUuid(seen, known);
    }

    private Applicant ofItsOwn(Applicant applicant) {
        var identity = applicant.identity();
        var macs = identity.macs().stream()
                .filter(mac -> mac.equals(applicant.mac())
                        || machines.sharing(new MachineIdentity(List.of(mac), null, null, null))
                                .isEmpty())
                .toList();
        return new Applicant(
                applicant.request(),
                applicant.peer(),
                new MachineIdentity(macs, identity.uuid(), identity.systemSerial(), identity.boardSerial()),
                applicant.mac());
    }

    /** Sets the condition on the machine and on those it shares something with; takes it from a machine that shares nothing any more. */
    void note(String name) {
        for (var other : write(name)) {
            if (machines.get(other).filter(SharedIdentity::hasCondition).isEmpty()) {
                write(other);
            }
        }
    }

    private List<String> write(String name) {
        var machine = machines.get(name);
        if (machine.isEmpty()) {
            return List.of();
        }
        var shared = machines.sharedBy(machine.get());
        if (shared.isEmpty() && !hasCondition(machine.get())) {
            return List.of();
        }
        var message = shared.entrySet().stream()
                .map(value -> value.getKey() + " is also that of " + names(value.getValue()))
                .collect(Collectors.joining("; "));
        try {
            store.update(
                    Kinds.MACHINE,
                    name,
                    found -> found.withStatus(changed(found.status(), message).unseen()));
        } catch (ResourceMissingException deleted) {
            // Whoever deleted it meanwhile is right.
            return List.of();
        }
        return shared.values().stream()
                .flatMap(List::stream)
                .distinct()
                .limit(MOST)
                .toList();
    }

    private StatusChange changed(MachineStatus status, String message) {
        var change = new StatusChange(status, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        return message.isEmpty()
                ? change.without(CONDITION)
                : change.condition(
                        CONDITION,
                        true,
                        "Shared",
                        message + ". While that is so it says nothing about which machine this is; correct it in the"
                                + " firmware, unplug the adapter, or delete the machine that is stale");
    }

    private static String names(List<String> names) {
        return names.size() <= MOST
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, MOST)) + " and " + (names.size() - MOST) + " others";
    }

    private static boolean hasCondition(Resource<MachineSpec, MachineStatus> machine) {
        return machine.status().conditions().stream()
                .map(condition -> condition.type())
                .anyMatch(type -> Objects.equals(type, CONDITION));
    }
}
