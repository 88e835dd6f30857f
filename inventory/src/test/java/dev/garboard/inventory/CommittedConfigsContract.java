package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.CommittedConfigs.AsOf;
import dev.garboard.inventory.CommittedConfigs.Committed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of committed configurations on every database. */
abstract class CommittedConfigsContract {

    Inventory inventory;
    private String url;

    /** An empty database of the test. */
    abstract String database() throws Exception;

    @BeforeEach
    void open() throws Exception {
        url = database();
        inventory = Inventory.open(url);
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    private Optional<Committed> commit(long configs, long machine, String digest, String... names) {
        return inventory
                .configs()
                .commit("uid", new AsOf(configs, machine), digest, List.of(names), "[\"" + digest + "\"]");
    }

    @Test
    void aRevisionGrowsWithTheDigestAndOutlivesTheServer() {
        commit(5, 5, "one", "site");
        commit(6, 5, "one", "site");
        commit(7, 5, "one", "rack", "site");
        commit(8, 6, "two");

        inventory.close();
        inventory = Inventory.open(url);

        assertEquals(
                Optional.of(new Committed(2, "two", List.of(), "[\"two\"]")),
                inventory.configs().of("uid"));
        assertEquals(Optional.empty(), inventory.configs().of("other"));
        assertEquals(Optional.of(new Committed(3, "one", List.of("site"), "[\"one\"]")), commit(8, 6, "one", "site"));
    }

    @Test
    void whatWasMadeFromOlderResourcesIsNotCommitted() {
        commit(5, 5, "one");

        assertEquals(Optional.empty(), commit(4, 6, "two"));
        assertEquals(Optional.empty(), commit(6, 4, "two"));
        assertEquals(Optional.of(new Committed(1, "one", List.of(), "[\"one\"]")), commit(1, 1, "one"));
    }

    @Test
    void aMachineThatIsGoneIsForgotten() {
        commit(5, 5, "one");

        inventory.configs().forget("uid");

        assertEquals(Optional.empty(), inventory.configs().of("uid"));
    }
}
