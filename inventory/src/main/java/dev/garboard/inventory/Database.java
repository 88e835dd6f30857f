package dev.garboard.inventory;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Connections to SQLite or PostgreSQL, and transactions on them. */
final class Database implements AutoCloseable {

    private static final int MAX_ATTEMPTS = 10;
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";

    private final InventoryConfig config;
    private final @Nullable FileLock lock;
    private final HikariDataSource source;
    private final Jdbi jdbi;
    /** SQLite has one writer; waiting here is fair, while its own busy handler sleeps for up to 100 ms and may starve. */
    private final ReentrantLock writer = new ReentrantLock(true);

    private final ChangeSignal changed = new ChangeSignal();

    private Database(InventoryConfig config, @Nullable FileLock lock, HikariDataSource source) {
        this.config = config;
        this.lock = lock;
        this.source = source;
        this.jdbi = Jdbi.create(source);
    }

    static Database open(InventoryConfig config) {
        if (config.isPostgres()) {
            var settings = new HikariConfig();
            settings.setJdbcUrl(config.database());
            settings.setMaximumPoolSize(8);
            return new Database(config, null, connect(config, settings));
        }
        var file = config.file();
        createDirectory(file);
        var lock = FileLock.acquire(file);
        try {
            var settings = new HikariConfig();
            settings.setDataSource(sqlite(file));
            // A native call pins the carrier of a virtual thread.
            settings.setMaximumPoolSize(4);
            return new Database(config, lock, connect(config, settings));
        } catch (RuntimeException refused) {
            lock.close();
            throw refused;
        }
    }

    private static void createDirectory(Path file) {
        try {
            var parent = file.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
        } catch (IOException refused) {
            throw new InventoryUnavailableException(
                    "cannot create the directory of database " + file + ": " + refused
                            + "; create it, or give the user garboard runs as the right to",
                    refused);
        }
    }

    private static SQLiteDataSource sqlite(Path file) {
        var settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        settings.setBusyTimeout(10_000);
        settings.enforceForeignKeys(true);
        var source = new SQLiteDataSource(settings);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static HikariDataSource connect(InventoryConfig config, HikariConfig settings) {
        settings.setPoolName("inventory");
        settings.setConnectionTimeout(10_000);
        try {
            return new HikariDataSource(settings);
        } catch (RuntimeException refused) {
            throw unusable(config, refused);
        }
    }

    static InventoryUnavailableException unusable(InventoryConfig config, RuntimeException refused) {
        Throwable root = refused;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        var remedy = config.isPostgres()
                ? "check that PostgreSQL runs there and that user, password and database exist"
                : "check that it is a SQLite file that garboard may read and write; restore it from a backup if it is damaged";
        return new InventoryUnavailableException(
                "cannot open database " + config.description() + ": " + root.getMessage() + "; " + remedy, refused);
    }

    InventoryConfig config() {
        return config;
    }

    HikariDataSource source() {
        return source;
    }

    ChangeSignal changed() {
        return changed;
    }

    <X extends @Nullable Object> X read(Function<Handle, X> query) {
        try (var handle = jdbi.open()) {
            return query.apply(handle);
        }
    }

    /**
     * One transaction, repeated when PostgreSQL asks for that; nothing is committed when the work takes no revision.
     */
    <X extends @Nullable Object> X write(Function<Transaction, X> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return config.isPostgres() ? writeOnce(work) : writeAlone(work);
            } catch (JdbiException failed) {
                if (attempt == MAX_ATTEMPTS || !isRepeatable(failed)) {
                    throw failed;
                }
            }
        }
    }

    private <X extends @Nullable Object> X writeAlone(Function<Transaction, X> work) {
        writer.lock();
        try {
            return writeOnce(work);
        } finally {
            writer.unlock();
        }
    }

    private <X extends @Nullable Object> X writeOnce(Function<Transaction, X> work) {
        try (var handle = jdbi.open()) {
            handle.begin();
            var transaction = new Transaction(handle, config.keptChanges());
            try {
                var result = work.apply(transaction);
                if (!transaction.finish()) {
                    handle.rollback();
                    return result;
                }
                handle.commit();
                changed.raise();
                return result;
            } catch (RuntimeException failed) {
                if (handle.isInTransaction()) {
                    handle.rollback();
                }
                throw failed;
            }
        }
    }

    private static boolean isRepeatable(Throwable failed) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && (SERIALIZATION_FAILURE.equals(sql.getSQLState()) || DEADLOCK.equals(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        changed.close();
        source.close();
        if (lock != null) {
            lock.close();
        }
    }
}
