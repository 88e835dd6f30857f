package dev.garboard.inventory;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running watches: each reads the log page by page on a virtual thread of its own, so none holds more than a page in memory. */
final class Watches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watches.class);
    private static final int PAGE = 200;
    /** One process writes a SQLite file, and that is this one: its signal is enough, this only guards against a lost one. */
    private static final Duration SQLITE_POLL = Duration.ofSeconds(10);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(2);

    private final Database database;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();

    Watches(Database database) {
        this.database = database;
    }

    ResourceStore.Watch start(
            @Nullable Kind<?, ?> kind,
            long after,
            Consumer<ResourceStore.Change> onChange,
            Consumer<RuntimeException> onEnd) {
        // Asked once here, so that the caller hears of a revision that is gone before anything runs.
        database.read(handle -> {
            ChangeLog.requireKept(handle, after);
            return after;
        });
        var watch = new Running(kind, after, onChange, onEnd);
        running.add(watch);
        watch.thread.start();
        return watch;
    }

    @Override
    public void close() {
        database.changed().close();
        for (var watch : running) {
            watch.join();
        }
    }

    private final class Running implements ResourceStore.Watch {

        private final @Nullable Kind<?, ?> kind;
        private final Consumer<ResourceStore.Change> onChange;
        private final Consumer<RuntimeException> onEnd;
        private final Thread thread;
        private long position;
        private volatile boolean closed;

        Running(
                @Nullable Kind<?, ?> kind,
                long after,
                Consumer<ResourceStore.Change> onChange,
                Consumer<RuntimeException> onEnd) {
            this.kind = kind;
            this.position = after;
            this.onChange = onChange;
            this.onEnd = onEnd;
            this.thread = Thread.ofVirtual().name("inventory-watch-" + after).unstarted(this::run);
        }

        private void run() {
            try {
                follow();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failed) {
                end(failed);
            } catch (Throwable error) {
                // Whoever follows must hear of it, or goes on with what was true until now.
                end(new IllegalStateException("the watch failed: " + error, error));
            } finally {
                running.remove(this);
            }
        }

        private void follow() throws InterruptedException {
            var poll = database.config().isPostgres() ? database.config().poll() : SQLITE_POLL;
            while (!closed) {
                var seen = database.changed().count();
                var page = database.read(handle -> ChangeLog.page(handle, kind, position, PAGE));
                for (var change : page.changes()) {
                    if (closed) {
                        return;
                    }
                    onChange.accept(change);
                }
                position = page.newest();
                if (!page.full() && !database.changed().await(seen, poll)) {
                    throw new InventoryUnavailableException("the inventory was closed");
                }
            }
        }

        private void join() {
            try {
                if (!Thread.currentThread().equals(thread) && !thread.join(STOP_WITHIN)) {
                    log.atWarn().log("a watch of the inventory is still busy with a change");
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void end(RuntimeException reason) {
            if (closed) {
                return;
            }
            closed = true;
            if (!(reason instanceof RevisionGoneException)
                    && !database.changed().isClosed()) {
                log.atWarn().setCause(reason).log("a watch of the inventory ended");
            }
            onEnd.accept(reason);
        }

        /** No change is handed over any more once this returned, but one may still be in hand. */
        @Override
        public void close() {
            closed = true;
            // Not an interrupt: that would break the connection to PostgreSQL which the thread may be reading from.
            database.changed().raise();
        }
    }
}
