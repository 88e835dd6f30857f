package dev.garboard.lab;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How far one machine has come since it was powered on: the server's boot session, and for stage-0 the machine's console. */
final class BootProgress {

    static final List<String> STAGES =
            List.of("dhcp", "loader", "script", "kernel", "stage-0", "agent", "enrolled", "ready");

    /** Clocks of one host, but a session may be stamped a moment before QEMU's start is. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    /** What stage-0 prints on the console when it has begun. */
    private static final String STAGE_0 = "garboard: stage stage-0";

    /** Something to show: a stage reached ({@code problem} false), or one that went wrong. */
    record Event(String stage, double seconds, String detail, boolean problem) {}

    private final String mac;
    private final Instant poweredOn;
    private final Set<String> reached = new HashSet<>();
    private final Set<String> problems = new HashSet<>();
    private final StringBuilder console = new StringBuilder();
    private @Nullable String session;
    private @Nullable Instant stage0;
    private String last = "powered on";
    private @Nullable String failure;

    BootProgress(String mac, Instant poweredOn) {
        this.mac = mac;
        this.poweredOn = poweredOn;
    }

    boolean isReady() {
        return reached.contains("ready");
    }

    /** Why this boot will not become ready, when the server says so. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** The last stage reached. */
    String last() {
        return last;
    }

    /** Reads the boot sessions as the operator API lists them. */
    List<Event> sessions(JsonNode items) {
        JsonNode newest = null;
        var newestStart = Instant.MIN;
        for (var item : items) {
            var start = time(item.at("/spec/startedAt"));
            if (item.at("/spec/mac").asString("").equalsIgnoreCase(mac)
                    && start != null
                    && !start.isBefore(poweredOn.minus(SLACK))
                    && start.isAfter(newestStart)) {
                newest = item;
                newestStart = start;
            }
        }
        return newest == null ? List.of() : session(newest, newestStart);
    }

    private List<Event> session(JsonNode item, Instant started) {
        var events = new ArrayList<Event>();
        var name = item.at("/metadata/name").asString("");
        if (!name.equals(session)) {
            if (session != null) {
                reached.clear();
                problems.clear();
                events.add(new Event("reboot", seconds(started), "the machine boots again, session " + name, true));
            }
            session = name;
        }
        for (var step : item.at("/status/steps")) {
            step(step, events);
        }
        var outcome = item.at("/status/outcome").asString("");
        failure = outcome.equals("Failed") || outcome.equals("Refused")
                ? outcome.toLowerCase(java.util.Locale.ROOT) + ": "
                        + item.at("/status/likelyCause")
                                .asString(item.at("/spec/decision").asString(""))
                : null;
        return events;
    }

    private void step(JsonNode step, List<Event> events) {
        var stage = step.path("stage").asString("");
        var detail = step.path("detail").asString("");
        var at = time(step.path("time"));
        if (at == null) {
            return;
        }
        if (!step.path("outcome").asString("ok").equals("ok")) {
            if (problems.add(stage + detail)) {
                events.add(new Event(stage, seconds(at), detail, true));
            }
            return;
        }
        if (stage.equals("script") && !reached.contains("loader")) {
            reach("loader", seconds(at), "iPXE in the network card's ROM", events);
        }
        reach(stage, seconds(at), detail, events);
    }

    /** Reads what the console said; the stage is stamped with the moment at which it was seen there. */
    List<Event> console(String text, Instant now) {
        var events = new ArrayList<Event>();
        console.append(text);
        if (console.indexOf(STAGE_0) >= 0 && !reached.contains("stage-0") && stage0 == null) {
            stage0 = now;
        }
        if (reached.contains("kernel")) {
            tellStage0(events);
        }
        // A marker may be cut by the end of a read.
        console.delete(0, Math.max(0, console.length() - STAGE_0.length()));
        return events;
    }

    private void reach(String stage, double seconds, String detail, List<Event> events) {
        if (!STAGES.contains(stage) || reached.contains(stage)) {
            return;
        }
        if (stage.equals("agent")) {
            tellStage0(events);
        }
        reached.add(stage);
        last = stage;
        events.add(new Event(stage, seconds, detail, false));
        if (stage.equals("kernel")) {
            tellStage0(events);
        }
    }

    /** The console may be read sooner than what the server knows of the stages before. */
    private void tellStage0(List<Event> events) {
        var seen = stage0;
        if (seen != null) {
            stage0 = null;
            reach("stage-0", seconds(seen), "", events);
        }
    }

    private double seconds(Instant at) {
        return Math.max(0, Duration.between(poweredOn, at).toMillis()) / 1000.0;
    }

    private static @Nullable Instant time(JsonNode node) {
        try {
            return Instant.parse(node.asString(""));
        } catch (DateTimeParseException none) {
            return null;
        }
    }
}
