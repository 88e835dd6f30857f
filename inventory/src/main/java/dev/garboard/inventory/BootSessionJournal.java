package dev.garboard.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Where boot sessions outlive the process. */
interface BootSessionJournal extends AutoCloseable {

    /** The newest session of every machine and all that began after that time, oldest first. Blocks. */
    List<BootSession> recent(Instant since, int limit);

    /** Blocks. */
    Optional<BootSession> find(String id);

    /** Completes when it is on disk; has failed already when too much waits. */
    CompletionStage<Void> create(BootSession session);

    /** Changes what is stored then, in the order in which it was asked for; a session that is gone is left alone. Otherwise as {@link #create}. */
    CompletionStage<Void> change(String id, UnaryOperator<BootSession> change);

    /** How many writes wait. */
    int pending();

    /** How many sessions had to go because there were too many in all. */
    long pushedOut();

    /** Writes what waits. */
    @Override
    void close();
}
