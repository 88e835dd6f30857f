package dev.garboard.inventory;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The boots of all machines. Opening a session and adding steps never block: sessions are in memory, and a writer brings them to the
 * database in batches. After a restart the recent ones are in memory again, so an id that is in a URL still resolves.
 */
public final class BootSessions implements AutoCloseable {

    static final int MAX_IN_MEMORY = 20_000;
    /** Looking for them passes over the boots of known machines. */
    private static final int FORGOTTEN_AT_ONCE = 200;

    private static final Duration RECENT = Duration.ofHours(1);

    /** Before the agent speaks, a boot is never silent for longer; afterwards its stream tells. */
    private static final Duration SILENT = Duration.ofMinutes(10);

    private final BootSessionJournal journal;
    private final InstantSource clock;
    private final LongAdder refused = new LongAdder();
    private final SecureRandom random = new SecureRandom();
    /** Oldest first. */
    private final Map<String, BootSession> sessions = new LinkedHashMap<>();

    private final Map<String, String> newestByMac = new HashMap<>();
    /** Sessions that are not on disk yet. */
    private final Map<String, CompletionStage<Void>> storing = new HashMap<>();

    /**
     * A session that was opened or found.
     *
     * @param fresh whether it began with this packet
     * @param stored completes when it is on disk: its id may then be told to the machine
     */
    public record Opened(BootSession session, boolean fresh, CompletionStage<Void> stored) {}

    BootSessions(BootSessionJournal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
        journal.recent(clock.instant().minus(RECENT), MAX_IN_MEMORY).forEach(this::remember);
    }

    /**
     * The session that a packet belongs to, or a new one with a decision of its own; then an unfinished one before it is closed as
     * failed, with the stage it stopped at and the likely cause.
     *
     * @param decide asked only for a new session and after a refusal
     * @throws IllegalArgumentException when the decision is to ignore the client: such a client has no session
     */
    public synchronized Opened open(BootClient client, Supplier<BootDecision> decide) {
        var now = clock.instant();
        var before = former(client);
        if (before != null && BootContinuation.continues(before, client, now)) {
            return known(before);
        }
        var decision = decide.get();
        if (before != null && BootContinuation.repeats(before, decision, now)) {
            return known(before);
        }
        var session = new BootSession(newId(), spec(client, decision, now), begun(decision, now));
        var stored = journal.create(session);
        if (stored.toCompletableFuture().isCompletedExceptionally()) {
            // Not remembered: the machine asks again, and by then the disk may have caught up.
            refused.increment();
            return new Opened(session, true, stored);
        }
        if (before != null) {
            change(before.id(), old -> old.withStatus(BootTimeline.giveUp(old.status(), now)));
        }
        remember(session);
        storing.put(session.id(), stored);
        return new Opened(session, true, stored.whenComplete((_, failed) -> stored(session, failed)));
    }

    /** The session that the client names, if it is its own: a packet may name any, and must neither learn of another's boot nor end it. */
    private @Nullable BootSession former(BootClient client) {
        var named = client.session() == null ? null : sessions.get(client.session());
        return named != null && named.spec().mac().equals(client.mac())
                ? named
                : sessions.get(newestByMac.getOrDefault(client.mac(), ""));
    }

    private Opened known(BootSession session) {
        return new Opened(session, false, storing.getOrDefault(session.id(), CompletableFuture.completedStage(null)));
    }

    private synchronized void stored(BootSession session, @Nullable Throwable failed) {
        storing.remove(session.id());
        if (failed != null) {
            sessions.remove(session.id());
            newestByMac.remove(session.spec().mac(), session.id());
        }
    }

    /** The session of an id, if it is in memory: all recent ones are. */
    public synchronized Optional<BootSession> find(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    /** The newest session of a MAC address. */
    public synchronized Optional<BootSession> newest(String mac) {
        return Optional.ofNullable(sessions.get(newestByMac.getOrDefault(mac, "")));
    }

    /** The session of an id, from the database if it is no longer in memory. Blocks. */
    public Optional<BootSession> load(String id) {
        var known = find(id);
        return known.isPresent() ? known : journal.find(id);
    }

    /**
     * Adds a step to a timeline; steps of one session keep their order. {@code ready} makes the boot ready, {@code reboot} ends it.
     *
     * @return false when too much waits to be written: the step is not recorded
     */
    public synchronized boolean append(String id, BootSessionStatus.Step step) {
        var known = sessions.get(id);
        var newest = known == null || id.equals(newestByMac.get(known.spec().mac()));
        return change(id, session -> session.withStatus(BootTimeline.append(session.status(), step, newest)));
    }

    /** As {@link #append(String, BootSessionStatus.Step)}, now. */
    public boolean append(String id, String stage, String protocol, String detail, long bytes, String outcome) {
        return append(id, new BootSessionStatus.Step(clock.instant(), stage, protocol, detail, bytes, outcome));
    }

    /** Says which machine boots, once that is known. */
    public synchronized boolean identify(String id, String machine) {
        return change(id, session -> session.withMachine(machine));
    }

    /** Closes a boot as failed with a cause that somebody knows better than the timeline tells. */
    public synchronized boolean fail(String id, String stoppedAt, String cause) {
        var now = clock.instant();
        return change(id, session -> session.withStatus(BootTimeline.fail(session.status(), stoppedAt, cause, now)));
    }

    /** Closes boots that fell silent before the agent spoke. Call it about once a minute; returns how many it closed. */
    public synchronized int closeSilent() {
        var now = clock.instant();
        var silent = sessions.values().stream()
                .filter(session -> session.status().outcome().equals(BootTimeline.RUNNING)
                        && !BootTimeline.reached(session.status(), "agent")
                        && session.lastHeard().isBefore(now.minus(SILENT)))
                .map(BootSession::id)
                .toList();
        silent.forEach(id -> change(id, session -> session.withStatus(BootTimeline.giveUp(session.status(), now))));
        return silent.size();
    }

    /** Why this boot is where it is: the likely cause and what to look at. */
    public static String explain(BootSession session) {
        var status = session.status();
        if (status.likelyCause() != null) {
            return status.likelyCause();
        }
        return switch (status.outcome()) {
            case BootTimeline.READY -> "the machine is ready";
            case BootTimeline.ENDED -> "the machine was shut down or rebooted in order";
            default -> BootCauses.of(status.steps());
        };
    }

    /** How many sessions and steps were not recorded because too much waited to be written. */
    public long refused() {
        return refused.sum();
    }

    /** How many sessions were deleted because there were too many in all ({@link InventoryConfig#maxSessions}). */
    public long pushedOut() {
        return journal.pushedOut();
    }

    /** How many changes wait to be written. */
    public int pending() {
        return journal.pending();
    }

    /** In memory and, by the same function in the same order, in the database. */
    private boolean change(String id, UnaryOperator<BootSession> change) {
        if (journal.change(id, change).toCompletableFuture().isCompletedExceptionally()) {
            refused.increment();
            return false;
        }
        sessions.computeIfPresent(id, (_, session) -> change.apply(session));
        return true;
    }

    private void remember(BootSession session) {
        sessions.put(session.id(), session);
        newestByMac.put(session.spec().mac(), session.id());
        if (sessions.size() > MAX_IN_MEMORY) {
            forgetSome();
        }
    }

    /** What is forgotten is still in the database. Boots of machines that nobody knows first, the oldest of them: anybody can begin those. */
    private void forgetSome() {
        var strangers = sessions.values().stream()
                .filter(session -> session.spec().machine() == null)
                .limit(FORGOTTEN_AT_ONCE)
                .toList();
        var leaving = strangers.isEmpty() ? List.of(sessions.values().iterator().next()) : strangers;
        leaving.forEach(session -> {
            sessions.remove(session.id());
            newestByMac.remove(session.spec().mac(), session.id());
        });
    }

    private String newId() {
        var octets = new byte[16];
        random.nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    private static BootSessionSpec spec(BootClient client, BootDecision decision, Instant now) {
        record Chosen(@Nullable String machine, @Nullable String image) {}
        var chosen = switch (decision) {
            case BootDecision.Boot(var machine, var image, var _) -> new Chosen(machine, image.name());
            case BootDecision.Refuse(var machine, var _) -> new Chosen(machine, null);
            case BootDecision.Ignore(var reason) ->
                throw new IllegalArgumentException("no session for a client that is ignored: " + reason);
        };
        return new BootSessionSpec(
                client.mac(), chosen.machine(), client.architecture(), chosen.image(), decision.reason(), now);
    }

    private static BootSessionStatus begun(BootDecision decision, Instant now) {
        return decision instanceof BootDecision.Refuse
                ? new BootSessionStatus(BootTimeline.REFUSED, "dhcp", decision.reason(), now, List.of())
                : BootSessionStatus.begun();
    }

    /** Writes what waits. */
    @Override
    public void close() {
        journal.close();
    }
}
