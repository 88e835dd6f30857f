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
        revisions(20);
    }

    /** That many changes, so that there are as many revisions. */
    private void revisions(int count) {
        for (int i = 0; i < count; i++) {
            inventory
                    .store()
                    .create(new Resource<>(
                            Kinds.NODE_CONFIG,
                            ObjectMeta.named("config-" + inventory.store().revision()),
                            new NodeConfigSpec(NodeConfigSpec.Selector.all(), 100, List.of()),
                            new NoStatus()));
        }
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
    void whatIsTheSameIsNotTakenForOlderThanItIs() {
        commit(5, 5, "one");
        commit(9, 5, "one");

        assertEquals(Optional.empty(), commit(7, 5, "two"));
    }

    @Test
    void documentsThatChangeUnderOneDigestAreCommittedAndTakeNoRevision() {
        commit(5, 5, "one");

        var changed = inventory.configs().commit("uid", new AsOf(5, 6), "one", List.of(), "[]");

        assertEquals(Optional.of(new Committed(1, "one", List.of(), "[]")), changed);
    }

    @Test
    void whatWasMadeFromResourcesThatARestoredDatabaseDoesNotHaveIsNotCommitted() {
        assertEquals(Optional.empty(), commit(1000, 5, "one"));
        assertEquals(Optional.empty(), commit(5, 1000, "one"));
    }

    @Test
    void whatWasCommittedBeforeARestorationBlocksNothing() {
        revisions(20);
        commit(40, 40, "one");
        inventory.database().write(transaction -> {
            transaction.keep();
            return transaction
                    .handle()
                    .createUpdate("UPDATE revision_counter SET revision = 20")
                    .execute();
        });

        assertEquals(Optional.of(new Committed(2, "two", List.of(), "[\"two\"]")), commit(19, 19, "two"));
    }

    @Test
    void aMachineThatIsGoneIsForgotten() {
        commit(5, 5, "one");

        inventory.configs().forget("uid");

        assertEquals(Optional.empty(), inventory.configs().of("uid"));
    }
}
