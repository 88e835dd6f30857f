package dev.garboard.inventory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of this process that others rely on: a writer, a watch, a listener. It says whether it works, and how long to wait before it is
 * tried again. Safe for several threads.
 */
public final class ServingPart {

    private static final Logger log = LoggerFactory.getLogger(ServingPart.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** What takes longer than this hangs: no statement and no look at a directory needs as long. */
    private static final Duration HANGS_AFTER = Duration.ofSeconds(30);
    /** With the pauses between them, more than a minute of nothing but errors of the virtual machine. */
    static final int HOPELESS_ERRORS = 10;

    private final String name;
    private final InstantSource clock;
    private final Consumer<String> hopeless;
    private @Nullable Instant lastSuccess;
    private @Nullable Instant busySince;
    private @Nullable Thread thread;
    private String trouble = "";
    private String note = "";
    private long failures;
    private int failuresInRow;
    private int errorsInRow;

    /**
     * How a part is.
     *
     * @param trouble why it does not work; empty when it does
     * @param note what there is to say though it works; mostly empty
     * @param failures since the process began
     * @param lastSuccess null when it did not do anything yet
     */
    public record Report(
            String name,
            String trouble,
            String note,
            long failures,
            @Nullable Instant lastSuccess) {

        public boolean works() {
            return trouble.isEmpty();
        }
    }

    ServingPart(String name, InstantSource clock, Consumer<String> hopeless) {
        this.name = name;
        this.clock = clock;
        this.hopeless = hopeless;
    }

    /** Of no process: for what is tried alone. */
    public static ServingPart alone(String name) {
        return new ServingPart(name, InstantSource.system(), _ -> {});
    }

    public String name() {
        return name;
    }

    /** It begins something that must come to an end. */
    public synchronized void began() {
        busySince = clock.instant();
    }

    /** It did what it is there for. */
    public synchronized void worked() {
        if (failuresInRow > 0) {
            log.atInfo()
                    .addKeyValue("part", name)
                    .addKeyValue("failures", failuresInRow)
                    .log("works again");
        }
        lastSuccess = clock.instant();
        busySince = null;
        failuresInRow = 0;
        errorsInRow = 0;
        trouble = "";
    }

    /** What there is to say beside "ok", for example what was set aside. */
    public synchronized void note(String said) {
        note = said;
    }

    /**
     * It failed, and is going to be tried again after the pause. An {@link Exception} may go on for as long as its cause, say a database
     * that is away; when there is nothing but {@link Error}s the virtual machine itself is damaged, and the process had better end.
     */
    public Duration failed(Throwable cause) {
        String end = "";
        Duration pause;
        synchronized (this) {
            busySince = null;
            failures++;
            failuresInRow++;
            errorsInRow = cause instanceof Error ? errorsInRow + 1 : 0;
            trouble = describe(cause);
            pause = pause(failuresInRow);
            if (errorsInRow >= HOPELESS_ERRORS) {
                end = name + " failed " + errorsInRow + " times in a row, last with " + trouble;
            }
        }
        if (!end.isEmpty()) {
            hopeless.accept(end);
        }
        tell(cause, pause);
        return pause;
    }

    private void tell(Throwable cause, Duration pause) {
        try {
            log.atError()
                    .addKeyValue("part", name)
                    .addKeyValue("retryMillis", pause.toMillis())
                    .setCause(cause)
                    .log("failed; it is tried again");
        } catch (Throwable unlogged) {
            // Without memory there may be no log line either; the report has the trouble, and the thread must not end.
            cause.addSuppressed(unlogged);
        }
    }

    /** Its thread, which must live as long as the part is not closed. */
    synchronized void runsIn(Thread current) {
        thread = current;
    }

    /** How it is now. */
    public synchronized Report report() {
        var found = trouble;
        if (found.isEmpty() && thread != null && !thread.isAlive()) {
            found = "its thread has ended";
        }
        if (found.isEmpty() && busySince != null) {
            var busy = Duration.between(busySince, clock.instant());
            if (busy.compareTo(HANGS_AFTER) > 0) {
                found = "busy with one thing for " + busy.toSeconds() + " s";
            }
        }
        return new Report(name, found, note, failures, lastSuccess);
    }

    private static Duration pause(int failuresInRow) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failuresInRow - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private static String describe(Throwable cause) {
        var message = cause.getMessage();
        return message == null || message.isBlank() || cause instanceof Error
                ? cause.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                : message;
    }
}
