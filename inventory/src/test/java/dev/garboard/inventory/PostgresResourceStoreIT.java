package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresResourceStoreIT extends ResourceStoreContract {

    static Postgres postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @Override
    String database() throws Exception {
        return postgres.freshDatabase();
    }

    @Test
    void whatIsDeletedUnreadLeavesTheMirrorsOfTheOtherServersToo() throws Exception {
        store.create(Samples.machine("m1"));
        try (var other = open(inventory.config().database());
                var mirror = ResourceMirror.start(other.store(), Kinds.MACHINE)) {
            inventory.database().<Integer>read(handle -> handle.execute("UPDATE resource SET body = '{'"));
            other.store().list(Kinds.MACHINE);
            assertEquals("m1", mirror.get("m1").orElseThrow().name());

            assertTrue(store.discardUnreadable(Kinds.MACHINE, "m1"));

            awaitGone(mirror, "m1");
            assertEquals(Map.of(), other.store().unreadable(Kinds.MACHINE));
        }
    }
}
