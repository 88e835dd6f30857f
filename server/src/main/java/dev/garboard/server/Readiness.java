package dev.garboard.server;

import dev.garboard.inventory.ServingPart;
import dev.garboard.inventory.ServingParts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether this server answers machines: the stage it is in, and each of its parts, in the form of Kubernetes' {@code /readyz?verbose}. */
final class Readiness {

    private final ServingParts parts;
    private final InstantSource clock;
    private volatile String stage = "starting";

    /** What {@code /readyz} says. */
    record Answer(boolean ready, String text) {}

    Readiness(ServingParts parts, InstantSource clock) {
        this.parts = parts;
        this.clock = clock;
    }

    /** Everything was started. */
    void started() {
        stage = "";
    }

    /** Nothing is answered any more. */
    void stopping() {
        stage = "stopping";
    }

    /** One word when all is well and nobody asked for more; otherwise a line for each part. */
    Answer answer(boolean verbose) {
        if (!stage.isEmpty()) {
            return new Answer(false, stage);
        }
        var reports = parts.reports();
        boolean ready = reports.stream().allMatch(ServingPart.Report::works);
        if (ready && !verbose) {
            return new Answer(true, "ok");
        }
        var lines = new StringBuilder();
        reports.forEach(report -> lines.append(line(report)).append('\n'));
        return new Answer(
                ready,
                lines.append(ready ? "readyz check passed" : "readyz check failed")
                        .toString());
    }

    List<ServingPart.Report> reports() {
        return parts.reports();
    }

    private String line(ServingPart.Report report) {
        if (!report.works()) {
            return "[-]" + report.name() + " failed: " + report.trouble() + age(report.lastSuccess());
        }
        return "[+]" + report.name() + " ok" + age(report.lastSuccess())
                + (report.note().isEmpty() ? "" : "; " + report.note());
    }

    private String age(@Nullable Instant lastSuccess) {
        return lastSuccess == null
                ? ""
                : ", last success "
                        + Duration.between(lastSuccess, clock.instant()).toSeconds() + " s ago";
    }
}
