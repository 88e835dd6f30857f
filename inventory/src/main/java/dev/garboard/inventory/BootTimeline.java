package dev.garboard.inventory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How a boot goes on, step by step. Pure. */
final class BootTimeline {

    static final String RUNNING = "Running";
    static final String READY = "Ready";
    static final String FAILED = "Failed";
    static final String ENDED = "Ended";
    static final String REFUSED = "Refused";

    /** A boot has about twenty steps; a loop must not fill the database. */
    static final int MAX_STEPS = 300;

    /** Beyond {@link #MAX_STEPS} only steps that decide something are kept. */
    private static final int MAX_DECIDING_STEPS = MAX_STEPS + 50;

    /** Anybody can be refused a file, and as often as he likes; the boot itself is refused a few. */
    static final int MAX_REFUSALS = 50;

    private static final int MAX_DETAIL = 500;

    /** In the order in which a boot reaches them. */
    private static final List<String> STAGES = List.of(
            "dhcp",
            "loader",
            "script",
            "kernel",
            "initramfs",
            "root",
            "stage-0",
            "network",
            "agent",
            "enrolled",
            "ready");

    private BootTimeline() {}

    /**
     * Adds a step.
     *
     * @param newest whether no later boot of the machine began; only then a boot that was given up comes back to life
     */
    static BootSessionStatus append(BootSessionStatus status, BootSessionStatus.Step step, boolean newest) {
        var extended = extend(status, step);
        var good = step.outcome().equals("ok");
        return switch (step.stage()) {
            case "reboot" -> new BootSessionStatus(ENDED, null, null, step.time(), extended.steps());
            // After a goodbye the stream ends of course.
            case "lost" ->
                isOver(status)
                        ? extended
                        : new BootSessionStatus(
                                status.outcome(), null, BootCauses.of(extended.steps()), null, extended.steps());
            case "ready" ->
                good && newest ? new BootSessionStatus(READY, null, null, null, extended.steps()) : extended;
            default -> {
                // A loader that is fetched late must not make a refused or ended boot look alive.
                var revived = good && newest && status.outcome().equals(FAILED);
                var found = good && newest && status.outcome().equals(READY) && rank(step.stage()) >= rank("network");
                yield revived || found
                        ? new BootSessionStatus(revived ? RUNNING : READY, null, null, null, extended.steps())
                        : extended;
            }
        };
    }

    /** The boot did not finish: says where it stopped and the likely cause. One that is over stays as it is. */
    static BootSessionStatus giveUp(BootSessionStatus status, Instant now) {
        if (isOver(status)) {
            return status;
        }
        return fail(status, furthest(status.steps()), BootCauses.of(status.steps()), now);
    }

    static BootSessionStatus fail(BootSessionStatus status, String stoppedAt, String cause, Instant now) {
        return new BootSessionStatus(FAILED, stoppedAt, cause, now, status.steps());
    }

    static boolean isOver(BootSessionStatus status) {
        return !status.outcome().equals(RUNNING) && !status.outcome().equals(READY);
    }

    /** The last stage that was reached, or an empty text. */
    static String furthest(List<BootSessionStatus.Step> steps) {
        int furthest = -1;
        for (var step : steps) {
            if (step.outcome().equals("ok")) {
                furthest = Math.max(furthest, rank(step.stage()));
            }
        }
        return furthest < 0 ? "" : STAGES.get(furthest);
    }

    /** Position of a stage in a boot; below 0 for what is none. */
    static int rank(String stage) {
        return STAGES.indexOf(stage);
    }

    static boolean reached(BootSessionStatus status, String stage) {
        return rank(furthest(status.steps())) >= rank(stage);
    }

    private static BootSessionStatus extend(BootSessionStatus status, BootSessionStatus.Step step) {
        var deciding = rank(step.stage()) >= rank("agent") || rank(step.stage()) < 0;
        if (status.steps().size() >= (deciding ? MAX_DECIDING_STEPS : MAX_STEPS)) {
            return status;
        }
        if (!deciding
                && isRefusal(step)
                && status.steps().stream().filter(BootTimeline::isRefusal).count() >= MAX_REFUSALS) {
            return status;
        }
        var steps = new ArrayList<>(status.steps());
        steps.add(bounded(step));
        return new BootSessionStatus(
                status.outcome(), status.stoppedAt(), status.likelyCause(), status.endedAt(), steps);
    }

    private static boolean isRefusal(BootSessionStatus.Step step) {
        return step.outcome().equals("refused");
    }

    private static BootSessionStatus.Step bounded(BootSessionStatus.Step step) {
        if (step.detail().length() <= MAX_DETAIL) {
            return step;
        }
        return new BootSessionStatus.Step(
                step.time(),
                step.stage(),
                step.protocol(),
                step.detail().substring(0, MAX_DETAIL) + "…",
                step.bytes(),
                step.outcome());
    }
}
