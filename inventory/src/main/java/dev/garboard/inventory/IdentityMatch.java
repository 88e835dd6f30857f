package dev.garboard.inventory;

import java.util.List;

/** Which machine an identity belongs to. */
public sealed interface IdentityMatch {

    /** This one, and no other. */
    record Known(Resource<MachineSpec, MachineStatus> machine) implements IdentityMatch {}

    /** None that is known. */
    record Unknown() implements IdentityMatch {}

    /**
     * The evidence contradicts itself; nothing is merged.
     *
     * @param machines names of those it points at, sorted
     * @param why what points where, and what to do about it
     */
    record Conflict(List<String> machines, String why) implements IdentityMatch {
        public Conflict {
            machines = List.copyOf(machines);
        }
    }
}
