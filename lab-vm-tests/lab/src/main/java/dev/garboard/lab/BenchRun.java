package dev.garboard.lab;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One run of a benchmark: Garboard's commands on a lab of its own, and the figures that come of them. */
final class BenchRun {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path garboard;
    private final LabDirectory directory;
    private final Map<String, Object> figures = new LinkedHashMap<>();

    /**
     * A run in which nothing was measured yet.
     *
     * @param garboard the launcher
     */
    BenchRun(Path garboard, LabDirectory directory) {
        this.garboard = garboard;
        this.directory = directory;
    }

    LabDirectory directory() {
        return directory;
    }

    /** Begins with an empty inventory and empty disks; site, image and bundles are made once. */
    void empty() throws IOException {
        garboard("lab", "down", "--directory", directory.root().toString());
        for (var suffix : List.of("", "-wal", "-shm", ".lock")) {
            Files.deleteIfExists(directory.site().resolve("garboard.db" + suffix));
        }
        Directories.delete(directory.root().resolve("machines"));
    }

    /**
     * Makes a cluster, and gives the seconds from its declaration to each stage, as {@code "m2 Joining"}. Events come at most a quarter of a
     * second late.
     *
     * @param seen called with each event as it comes
     */
    Map<String, Double> cluster(Consumer<JsonNode> seen, String... options) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(
                List.of("lab", "cluster", "--directory", directory.root().toString(), "--output", "json"));
        arguments.addAll(List.of(options));
        var times = new LinkedHashMap<String, Double>();
        var declared = new long[1];
        events(
                event -> {
                    seen.accept(event);
                    var step = event.path("step").asString("");
                    if (step.equals("bundle")) {
                        figure("kubernetes", event.path("detail").asString(""));
                    } else if (step.equals("cluster")) {
                        declared[0] = System.nanoTime();
                    } else if (declared[0] != 0
                            && event.path("event").asString("").equals("stage")) {
                        var what = event.path("machine").asString("") + " "
                                + event.path("stage").asString("");
                        times.putIfAbsent(what, (System.nanoTime() - declared[0]) / 1e9);
                    }
                },
                arguments.toArray(String[]::new));
        return times;
    }

    /** Runs a command that prints one JSON object a line. */
    void events(Consumer<JsonNode> seen, String... arguments) throws IOException, InterruptedException {
        var process = builder(arguments).redirectError(Redirect.INHERIT).start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    seen.accept(MAPPER.readTree(line));
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new LabException("garboard " + String.join(" ", arguments) + " failed");
        }
    }

    /** Runs a command, and gives what it printed. */
    String garboard(String... arguments) throws IOException {
        var result = Shell.run(builder(arguments), "");
        if (!result.succeeded()) {
            throw new LabException("garboard " + String.join(" ", arguments) + ": " + result.output());
        }
        return result.output();
    }

    private ProcessBuilder builder(String... arguments) {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(garboard.toString()), Stream.of(arguments))
                .toList());
        builder.environment().put("GARBOARD_KUBECONFIG", directory.kubeconfig().toString());
        return builder;
    }

    void figure(String what, Object value) {
        figures.put(what, value instanceof Double number ? String.format(Locale.ROOT, "%.1f", number) : value);
    }

    /** The seconds between two stages; from the declaration on when the first is empty. */
    void seconds(String what, Map<String, Double> times, String from, String to) {
        var begin = from.isEmpty() ? Double.valueOf(0) : times.get(from);
        var end = times.get(to);
        figure(what + ", s", begin == null || end == null ? "not seen" : (Object) (end - begin));
    }

    /** A table for people, and one JSON object as the last line. */
    void print() throws IOException {
        figure(
                "load average at the end",
                Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
        System.out.println();
        System.out.println("| figure | value |");
        System.out.println("| --- | ---: |");
        figures.forEach((what, value) -> System.out.println("| " + what + " | " + value + " |"));
        System.out.println();
        System.out.println(MAPPER.writeValueAsString(figures));
    }

    static void say(String line) {
        System.err.println(line);
    }
}
