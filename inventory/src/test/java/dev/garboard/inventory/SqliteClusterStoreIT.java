package dev.garboard.inventory;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteClusterStoreIT extends ClusterStoreContract {

    @TempDir
    Path directory;

    @Override
    String database() {
        return directory.resolve("garboard.db").toString();
    }
}
