package dev.garboard.inventory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be asked of the journal of leases. */
sealed interface LeaseWrite {

    record Put(List<LeaseSpec> leases) implements LeaseWrite {
        public Put {
            leases = List.copyOf(leases);
        }
    }

    record Delete(String address) implements LeaseWrite {}

    record Expire(Instant before) implements LeaseWrite {}

    /**
     * What a batch comes to when each row is written at most once between two expiries: of several leases of an address the last one, and none that
     * was deleted afterwards. An expiry judges what was committed before it and touches nothing that comes after. Pure.
     */
    static List<LeaseWrite> folded(List<LeaseWrite> writes) {
        var folded = new ArrayList<LeaseWrite>();
        var puts = new LinkedHashMap<String, LeaseSpec>();
        for (var write : writes) {
            switch (write) {
                case Put(var leases) -> leases.forEach(lease -> puts.put(lease.address(), lease));
                case Delete delete -> {
                    puts.remove(delete.address());
                    folded.add(delete);
                }
                case Expire expire -> {
                    flush(puts, folded);
                    folded.add(expire);
                }
            }
        }
        flush(puts, folded);
        return folded;
    }

    private static void flush(Map<String, LeaseSpec> puts, List<LeaseWrite> folded) {
        if (!puts.isEmpty()) {
            folded.add(new Put(List.copyOf(puts.values())));
            puts.clear();
        }
    }
}
