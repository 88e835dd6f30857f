package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListingTest {

    /** A map of the JDK has another order in each process. */
    @Test
    void whatCannotBeReadIsNamedInTheOrderOfItsNames() {
        var stored = Map.of("m3", "{", "m1", "[", "m5", "", "m2", "{}", "m4", "]");

        var listing = new ResourceStore.Listing<>(7, List.<Resource<MachineSpec, MachineStatus>>of(), stored);

        assertEquals("[m1, m2, m3, m4, m5]", listing.unreadable().keySet().toString());
        assertEquals(stored, listing.unreadable());
        assertThrows(UnsupportedOperationException.class, listing.unreadable()::clear);
    }
}
