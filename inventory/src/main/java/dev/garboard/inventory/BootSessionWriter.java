package dev.garboard.inventory;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Brings sessions to the database in batches: however many steps a session got meanwhile, it is written once. */
final class BootSessionWriter implements BootSessionJournal {

    private static final int MAX_WAITING = 20_000;
    private static final int MAX_BATCH = 2000;

    private final Database database;
    private final InstantSource clock;
    private final GroupCommit<Write> writer;
    private final LongAdder pushedOut = new LongAdder();

    /** What is asked of the writer. */
    private sealed interface Write {
        record Create(BootSession session) implements Write {}

        record Change(String id, UnaryOperator<BootSession> change) implements Write {}
    }

    BootSessionWriter(Database database, InstantSource clock, ServingPart part) {
        this.database = database;
        this.clock = clock;
        this.writer = new GroupCommit<>(part, MAX_WAITING, MAX_BATCH, this::write);
    }

    @Override
    public List<BootSession> recent(Instant since, int limit) {
        return database.read(handle -> BootSessionRows.recent(handle, since, limit));
    }

    @Override
    public Optional<BootSession> find(String id) {
        return database.read(handle -> ResourceRows.find(handle, Kinds.BOOT_SESSION, id))
                .map(BootSession::of);
    }

    @Override
    public CompletionStage<Void> create(BootSession session) {
        return writer.submit(new Write.Create(session));
    }

    /** Another server may have changed it too. */
    @Override
    public CompletionStage<Void> change(String id, UnaryOperator<BootSession> change) {
        return writer.submit(new Write.Change(id, change));
    }

    private void write(List<Write> writes) {
        int gone = database.write(transaction -> {
            transaction.lock();
            var current = new HashMap<String, BootSession>();
            var stored = new HashMap<String, Resource<BootSessionSpec, BootSessionStatus>>();
            var touched = new LinkedHashSet<String>();
            for (var write : writes) {
                switch (write) {
                    case Write.Create(var session) -> {
                        current.put(session.id(), session);
                        touched.add(session.id());
                    }
                    case Write.Change(var id, var change) -> {
                        if (!current.containsKey(id)) {
                            ResourceRows.find(transaction.handle(), Kinds.BOOT_SESSION, id)
                                    .ifPresent(found -> {
                                        stored.put(id, found);
                                        current.put(id, BootSession.of(found));
                                        touched.add(id);
                                    });
                        }
                        current.computeIfPresent(id, (_, session) -> change.apply(session));
                    }
                }
            }
            for (var id : touched) {
                store(transaction, stored.get(id), current.get(id));
            }
            return BootSessionRetention.inAll(transaction, database.config().maxSessions());
        });
        pushedOut.add(gone);
    }

    private void store(
            Transaction transaction,
            @Nullable Resource<BootSessionSpec, BootSessionStatus> stored,
            @Nullable BootSession session) {
        if (session == null) {
            return;
        }
        var wanted = session.resource();
        if (stored != null) {
            ResourceRows.update(
                    transaction, stored, stored.withSpec(wanted.spec()).withStatus(wanted.status()));
            return;
        }
        ResourceRules.check(wanted);
        ResourceRows.insert(transaction, wanted.withMetadata(wanted.metadata().created(clock.instant())));
        BootSessionRows.insert(transaction, session);
        BootSessionRetention.ofCard(
                transaction, session.spec().mac(), database.config().sessionsPerMachine());
    }

    @Override
    public long pushedOut() {
        return pushedOut.sum();
    }

    @Override
    public int pending() {
        return writer.pending();
    }

    @Override
    public void close() {
        writer.close();
    }
}
