package dev.garboard.fleet;

import dev.garboard.agentapi.v1.BootStep;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.BootSessionStatus.Step;
import dev.garboard.inventory.BootSessions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Adds to the timelines of boot sessions what nodes say. A session that is not known any more is passed over. */
final class SessionLog {

    private static final String PROTOCOL = "grpc";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /** A node takes about ten; the rest is a mistake. */
    private static final int MOST_NODE_STEPS = 50;

    /** A stranger must not fill a timeline so that nothing else has a place in it. */
    private static final int MOST_REFUSALS = 20;

    private static final String REFUSED = "unproven";

    private final BootSessions sessions;
    private final InstantSource clock;

    SessionLog(BootSessions sessions, InstantSource clock) {
        this.sessions = sessions;
        this.clock = clock;
    }

    Optional<BootSession> find(@Nullable String session) {
        return session == null || !ID.matcher(session).matches() ? Optional.empty() : sessions.load(session);
    }

    /** Says whose boot it is. */
    void belongsTo(String session, String machine) {
        find(session)
                .filter(boot -> !machine.equals(boot.spec().machine()))
                .ifPresent(boot -> sessions.identify(boot.id(), machine));
    }

    void step(@Nullable String session, String stage, String detail, String outcome) {
        find(session).ifPresent(boot -> append(boot, stage, detail, outcome));
    }

    /** The steps that the node took before it could speak; said again on each connection, kept once. */
    void nodeSteps(@Nullable String session, List<BootStep> steps) {
        var boot = find(session).orElse(null);
        if (boot == null || steps.isEmpty()) {
            return;
        }
        // The last step is about now, and uptimes tell how long before that the others were: the node's clock may be
        // wrong.
        var latest = steps.stream()
                .map(SessionLog::uptime)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        var started = clock.instant().minus(latest);
        for (var step : steps.subList(0, Math.min(steps.size(), MOST_NODE_STEPS))) {
            if (boot.status().steps().stream().noneMatch(known -> isSame(known, step))) {
                var time = started.plus(uptime(step)).truncatedTo(ChronoUnit.MILLIS);
                sessions.append(boot.id(), new Step(time, step.getStage(), PROTOCOL, step.getDetail(), 0, "ok"));
            }
        }
    }

    /** Somebody was refused; said once, because whoever asks may be anybody and ask for ever. */
    void refusedOnce(@Nullable String session, String detail) {
        find(session)
                .filter(boot -> boot.status().steps().stream()
                        .noneMatch(step -> step.detail().equals(detail)))
                .filter(boot -> boot.status().steps().stream()
                                .filter(step -> step.stage().equals(REFUSED))
                                .count()
                        < MOST_REFUSALS)
                .ifPresent(boot -> append(boot, REFUSED, detail, "refused"));
    }

    /** The machine does what it was booted for. */
    void ready(@Nullable String session) {
        find(session)
                .filter(boot -> !boot.status().outcome().equals("Ready")
                        || boot.status().likelyCause() != null)
                .ifPresent(boot -> append(boot, "ready", "the node says that it is ready", "ok"));
    }

    /** It went down on purpose. */
    void ended(@Nullable String session, String detail) {
        find(session).ifPresent(boot -> append(boot, "reboot", detail, "ok"));
    }

    /** It went away without a word; it may come back. */
    void lost(@Nullable String session, String detail) {
        find(session).ifPresent(boot -> append(boot, "lost", detail, "failed"));
    }

    /** It said itself why it cannot go on. */
    void failed(@Nullable String session, String cause) {
        find(session).ifPresent(boot -> {
            var reached = boot.status().steps().stream()
                    .filter(step -> step.outcome().equals("ok"))
                    .map(Step::stage)
                    .reduce("", (_, later) -> later);
            append(boot, "lost", cause, "failed");
            sessions.fail(boot.id(), reached, cause);
        });
    }

    private void append(BootSession boot, String stage, String detail, String outcome) {
        sessions.append(boot.id(), stage, PROTOCOL, detail, 0, outcome);
    }

    private static boolean isSame(Step known, BootStep said) {
        return known.protocol().equals(PROTOCOL)
                && known.stage().equals(said.getStage())
                && known.detail().equals(said.getDetail());
    }

    private static Duration uptime(BootStep step) {
        // A day bounds what a broken clock can do to the timeline.
        long seconds = Math.clamp(step.getUptime().getSeconds(), 0, 86_400);
        return Duration.ofSeconds(seconds, Math.clamp(step.getUptime().getNanos(), 0, 999_999_999));
    }
}
