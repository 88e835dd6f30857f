package dev.garboard.inventory;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteCommittedConfigsIT extends CommittedConfigsContract {

    @TempDir
    Path directory;

    @Override
    String database() {
        return directory.resolve("garboard.db").toString();
    }
}
