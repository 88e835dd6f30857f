package dev.garboard.inventory;

import java.util.EnumMap;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Which boot sessions stay in the database. Anybody on the boot network can begin boots in the name of any MAC address, and as many as he likes: none of
 * these pushes out a boot that somebody proved to be, for with its session a living node loses the key that it comes back with.
 */
final class BootSessionRetention {

    /** Beyond the bound so many in a hundred are deleted at once, so that not every boot of a flood looks for its victim. */
    private static final int SLACK = 100;

    private BootSessionRetention() {}

    /** How far a boot came that anybody can have begun. */
    enum Sort {
        /** Nothing was handed out to it: a packet is all there need be of its machine. */
        BEGUN,
        /** Its ticket went to the address that its network card had leased. */
        TICKETED,
        /** It belongs to the key of a node. */
        BOUND;

        static Sort of(boolean ticketed, boolean bound) {
            return bound ? BOUND : ticketed ? TICKETED : BEGUN;
        }
    }

    /** A session of one network card. */
    record Kept(String id, Sort sort) {}

    /** Those beyond the newest of their sort. */
    static List<String> leaving(List<Kept> newestFirst, int newest) {
        var counts = new EnumMap<Sort, Integer>(Sort.class);
        return newestFirst.stream()
                .filter(kept -> counts.merge(kept.sort(), 1, Integer::sum) > newest)
                .map(Kept::id)
                .toList();
    }

    /** Deletes all but the newest sessions of each sort of a network card, but never the one that a machine runs in. */
    static void ofCard(Transaction transaction, String mac, int newest) {
        leaving(BootSessionRows.ofCard(transaction.handle(), mac), newest)
                .forEach(id -> deleteUnlessRunning(transaction, id));
    }

    /**
     * Keeps the table within its bound. First go boots that nobody proved to be, of machines that nobody knows; then other unproven ones, then those of nodes
     * of the past, the oldest first. What machines run in stays, also beyond the bound: there are no more of these than machines.
     *
     * @return how many had to go
     */
    static int inAll(Transaction transaction, int most) {
        int excess = BootSessionRows.count(transaction.handle()) - most;
        return excess <= 0
                ? 0
                : (int) BootSessionRows.leastWorthFirst(transaction.handle()).stream()
                        .filter(id -> deleteUnlessRunning(transaction, id))
                        .limit(excess + most / SLACK)
                        .count();
    }

    private static boolean deleteUnlessRunning(Transaction transaction, String id) {
        var handle = transaction.handle();
        try {
            var session = ResourceRows.find(handle, Kinds.BOOT_SESSION, id);
            if (session.stream().anyMatch(found -> runs(handle, found))) {
                return false;
            }
            session.ifPresent(found -> ResourceRows.delete(transaction, found));
        } catch (InvalidResourceException unreadable) {
            // Nobody can do anything with it any more, and it must not keep the others from being written.
            ResourceRows.deleteUnreadable(transaction, Kinds.BOOT_SESSION, id);
        }
        BootSessionRows.delete(handle, id);
        return true;
    }

    private static boolean runs(Handle handle, Resource<BootSessionSpec, BootSessionStatus> session) {
        return Stream.ofNullable(session.spec().machine()).anyMatch(machine -> {
            try {
                return ResourceRows.find(handle, Kinds.MACHINE, machine)
                        .filter(found -> session.name().equals(found.status().bootSession()))
                        .isPresent();
            } catch (InvalidResourceException unreadable) {
                // It may be; a person has to look at that machine anyway.
                return true;
            }
        });
    }
}
