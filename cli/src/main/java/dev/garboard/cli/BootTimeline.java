package dev.garboard.cli;

import dev.garboard.inventory.BootSessionSpec;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.BootSessionStatus.Step;
import dev.garboard.inventory.Resource;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** One boot as text. */
final class BootTimeline {

    private BootTimeline() {}

    static void print(PrintWriter out, Resource<BootSessionSpec, BootSessionStatus> boot, Instant now) {
        var spec = boot.spec();
        var status = boot.status();
        Terminal.printf(
                out,
                "Boot of %s%s, started %s, %s%n",
                spec.machine() == null ? spec.mac() : spec.machine(),
                spec.machine() == null ? "" : " (" + spec.mac() + ")",
                spec.startedAt().truncatedTo(ChronoUnit.SECONDS),
                spec.architecture());
        Terminal.printf(out, "  session   %s%n", boot.name());
        Terminal.printf(out, "  image     %s%n", spec.image() == null ? "none" : spec.image());
        Terminal.printf(out, "  decision  %s%n", spec.decision());
        for (var step : inOrder(status)) {
            Terminal.println(
                    out,
                    String.format(
                                    Locale.ROOT,
                                    "  %9.3f s  %-10s %-5s %10s  %-7s %s",
                                    seconds(spec.startedAt(), step.time()),
                                    step.stage(),
                                    step.protocol(),
                                    size(step.bytes()),
                                    step.outcome(),
                                    step.detail())
                            .stripTrailing());
        }
        Terminal.println(out, "  " + ending(spec, status, now));
        if (isUnfinished(status) || status.likelyCause() != null) {
            Terminal.println(out, "  likely cause: " + status.cause());
        }
        out.println();
    }

    /** The node tells of its first steps when it can speak at last, so they arrive after later ones. */
    private static List<BootSessionStatus.Step> inOrder(BootSessionStatus status) {
        return status.steps().stream()
                .sorted(Comparator.comparing(BootSessionStatus.Step::time))
                .toList();
    }

    private static String ending(BootSessionSpec spec, BootSessionStatus status, Instant now) {
        var ended = status.endedAt();
        return switch (status.outcome()) {
            case "Ready" -> {
                var ready = status.steps().stream()
                        .filter(step -> step.stage().equals("ready"))
                        .findFirst();
                yield ready.map(step -> String.format(
                                Locale.ROOT, "ready after %.1f s", seconds(spec.startedAt(), step.time())))
                        .orElse("ready");
            }
            case "Running" -> {
                var since = status.steps().isEmpty()
                        ? spec.startedAt()
                        : status.steps().getLast().time();
                yield "not finished: reached " + lastStage(status.steps()) + ", nothing since "
                        + Math.max(0, Duration.between(since, now).toSeconds()) + " s";
            }
            default -> {
                var stopped = status.stoppedAt();
                yield status.outcome().toLowerCase(Locale.ROOT)
                        + (ended == null ? "" : " at " + ended.truncatedTo(ChronoUnit.SECONDS))
                        + ", stopped at " + (stopped == null ? lastStage(status.steps()) : stopped);
            }
        };
    }

    private static boolean isUnfinished(BootSessionStatus status) {
        return !status.outcome().equals("Ready") && !status.outcome().equals("Ended");
    }

    private static String lastStage(List<Step> steps) {
        return steps.isEmpty() ? "dhcp" : steps.getLast().stage();
    }

    private static String size(long bytes) {
        if (bytes == 0) {
            return "";
        }
        return bytes < 100_000 ? bytes + " B" : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static double seconds(Instant start, Instant time) {
        return Duration.between(start, time).toMillis() / 1000.0;
    }
}
