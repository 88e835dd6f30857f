package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.BootSessionRetention.Kept;
import dev.garboard.inventory.BootSessionRetention.Sort;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootSessionRetentionTest {

    @Test
    void eachSortIsCountedByItself() {
        var newestFirst = List.of(
                new Kept("b3", Sort.BEGUN),
                new Kept("b2", Sort.BEGUN),
                new Kept("b1", Sort.BEGUN),
                new Kept("t1", Sort.TICKETED),
                new Kept("n3", Sort.BOUND),
                new Kept("b0", Sort.BEGUN),
                new Kept("n2", Sort.BOUND),
                new Kept("n1", Sort.BOUND));

        assertEquals(List.of("b1", "b0", "n1"), BootSessionRetention.leaving(newestFirst, 2));
        assertEquals(List.of(), BootSessionRetention.leaving(newestFirst, 4));
    }

    @Test
    void whatIsBoundToAKeyIsANodes() {
        assertEquals(Sort.BEGUN, Sort.of(false, false));
        assertEquals(Sort.TICKETED, Sort.of(true, false));
        assertEquals(Sort.BOUND, Sort.of(true, true));
    }
}
