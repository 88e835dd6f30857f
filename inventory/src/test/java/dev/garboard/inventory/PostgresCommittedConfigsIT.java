package dev.garboard.inventory;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresCommittedConfigsIT extends CommittedConfigsContract {

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
}
