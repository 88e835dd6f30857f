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
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures how fast a cluster comes on, what it takes, and how long its API is away when a control plane dies. It uses Garboard's commands as
 * people do, the events that they print, and {@link ApiPollMain}.
 */
final class ClusterBenchMain {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final List<String> CONTROL_PLANES = List.of("m1", "m2", "m3");
    private static final String WORKER = "m4";
    private static final long MILLIS_BEFORE_THE_KILL = 10_000;
    private static final long MILLIS_AFTER_THE_KILL = 30_000;
    private static final long MILLIS_UNTIL_QUIET = 30_000;

    private final Path garboard;
    private final LabDirectory directory;
    private final String kubernetes;
    private final Map<String, Object> figures = new LinkedHashMap<>();

    private ClusterBenchMain(Path garboard, LabDirectory directory, String kubernetes) {
        this.garboard = garboard;
        this.directory = directory;
        this.kubernetes = kubernetes;
    }

    /**
     * Measures.
     *
     * @param arguments the launcher, the directory of the lab, options
     */
    static void main(String[] arguments) throws IOException, InterruptedException {
        var options = List.of(arguments).subList(2, arguments.length);
        if (!options.isEmpty() && !(options.size() == 2 && options.getFirst().equals("--kubernetes"))) {
            throw new LabException("expected --kubernetes VERSION or nothing, found " + String.join(" ", options));
        }
        var kubernetes = options.isEmpty() ? "1.37" : options.getLast();
        new ClusterBenchMain(Path.of(arguments[0]), new LabDirectory(Path.of(arguments[1])), kubernetes).run();
    }

    private void run() throws IOException, InterruptedException {
        garboard("lab", "down", "--directory", directory.root().toString());
        // Every run begins with an empty inventory and empty disks; site and image are made once.
        for (var suffix : List.of("", "-wal", "-shm", ".lock")) {
            Files.deleteIfExists(directory.site().resolve("garboard.db" + suffix));
        }
        Directories.delete(directory.root().resolve("machines"));
        say("booting " + (CONTROL_PLANES.size() + 1) + " machines");
        garboard("lab", "up", "--directory", directory.root().toString(), "--nodes", "container", "--machines", "4");
        bringUp();
        say("waiting until it is quiet");
        Thread.sleep(MILLIS_UNTIL_QUIET);
        sizes();
        kill();
        print();
    }

    /** From the events of the command: they come at most a quarter of a second late. */
    private void bringUp() throws IOException, InterruptedException {
        say("making the cluster");
        var process = new ProcessBuilder(command(
                        "lab",
                        "cluster",
                        "--directory",
                        directory.root().toString(),
                        "--control-planes",
                        "3",
                        "--workers",
                        "1",
                        "--kubernetes",
                        kubernetes,
                        "--output",
                        "json"))
                .redirectError(Redirect.INHERIT)
                .start();
        var times = new LinkedHashMap<String, Double>();
        long declared = 0;
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var event = line.startsWith("{") ? MAPPER.readTree(line) : MAPPER.missingNode();
                var step = event.path("step").asString("");
                if (step.equals("bundle")) {
                    figures.put("kubernetes", event.path("detail").asString(""));
                } else if (step.equals("cluster")) {
                    declared = System.nanoTime();
                } else if (event.path("event").asString("").equals("stage")) {
                    var what = event.path("machine").asString("") + " "
                            + event.path("stage").asString("");
                    times.putIfAbsent(what, (System.nanoTime() - declared) / 1e9);
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new LabException("the cluster did not become ready");
        }
        seconds("Cluster applied to API ready", times, "", "lab ApiReady");
        seconds("second control plane: begin to Ready with its API", times, "m2 Joining", "m2 Ready");
        seconds("third control plane: begin to Ready with its API", times, "m3 Joining", "m3 Ready");
        seconds("worker: begin to Ready", times, WORKER + " Joining", WORKER + " Ready");
        seconds("Cluster applied to every node Ready", times, "", "lab NodesReady");
    }

    private void seconds(String what, Map<String, Double> times, String from, String to) {
        var begin = from.isEmpty() ? Double.valueOf(0) : times.get(from);
        var end = times.get(to);
        figures.put(what + ", s", begin == null || end == null ? "not seen" : tenths(end - begin));
    }

    private void sizes() throws IOException {
        try (Stream<Path> manifests = Files.walk(directory.site().resolve("bundles"), 2)) {
            for (var file :
                    manifests.filter(each -> each.endsWith("manifest.json")).toList()) {
                var manifest = MAPPER.readTree(Files.readString(file));
                figures.put(
                        "bundle " + manifest.path("name").asString("") + ", MB",
                        tenths(manifest.path("image").path("size").asLong(0) / 1e6));
            }
        }
        for (var node : List.of("m1", WORKER)) {
            memory(node)
                    .forEach((program, kilobytes) ->
                            figures.put("memory of " + program + " on " + node + ", MB", tenths(kilobytes / 1024.0)));
        }
    }

    /** Resident kilobytes of the node's programs, by name. */
    private Map<String, Long> memory(String node) throws IOException {
        var group = group(agent(node));
        var memory = new TreeMap<String, Long>();
        for (var process : ProcessHandle.allProcesses().toList()) {
            try {
                if (group(process.pid()).startsWith(group)) {
                    var program = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                            .split("\0", 2)[0];
                    memory.merge(
                            program.substring(program.lastIndexOf('/') + 1).replace("java", "agent"),
                            status(process.pid(), "VmRSS:"),
                            Long::sum);
                }
            } catch (IOException | NumberFormatException ended) {
                // Processes come and go.
            }
        }
        return memory;
    }

    /** The process's place in the first hierarchy of control groups that the lab uses. */
    private static String group(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup")).stream()
                .filter(line -> line.contains("pids") || line.startsWith("0::"))
                .findFirst()
                .orElse("");
    }

    private static long status(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    /** Process 1 of a node. */
    private long agent(String node) {
        var processes = new LabProcesses(LabState.required(directory).id());
        return processes.all().stream()
                .filter(found -> found.role().equals(ContainerNode.role(node)))
                .map(LabProcesses.Found::pid)
                .filter(ClusterBenchMain::isFirst)
                .findFirst()
                .orElseThrow(() -> new LabException(node + " is off"));
    }

    private static boolean isFirst(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .anyMatch(line -> line.matches("NSpid:\\s+\\d+\\s+1"));
        } catch (IOException ended) {
            return false;
        }
    }

    private void kill() throws IOException, InterruptedException {
        var leader = garboard("cluster", "etcd", "status", "lab")
                .lines()
                .filter(line -> line.contains(" leader "))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElse(CONTROL_PLANES.getFirst());
        say("killing " + leader + ", etcd's leader, while the others are asked");
        var polls = new LinkedHashMap<String, Process>();
        var last = new LinkedHashMap<String, JsonNode>();
        for (var node :
                Stream.concat(CONTROL_PLANES.stream(), Stream.of(WORKER)).toList()) {
            if (!node.equals(leader)) {
                polls.put(node, poll(node, last));
            }
        }
        Thread.sleep(MILLIS_BEFORE_THE_KILL);
        var before = Map.copyOf(last);
        ProcessHandle.of(agent(leader)).orElseThrow().destroyForcibly();
        Thread.sleep(MILLIS_AFTER_THE_KILL);
        for (var poll : polls.entrySet()) {
            poll.getValue().getOutputStream().close();
            poll.getValue().waitFor();
            var node = poll.getKey();
            var after = last.getOrDefault(node, MAPPER.missingNode());
            for (var what : List.of("reads", "writes")) {
                figures.put(
                        "longest gap of " + what + " through " + node + " before the kill, s",
                        before.getOrDefault(node, MAPPER.missingNode())
                                .path(what)
                                .path("longestGapSeconds")
                                .asDouble(-1));
                figures.put(
                        "longest gap of " + what + " through " + node + ", s",
                        after.path(what).path("longestGapSeconds").asDouble(-1));
                figures.put(
                        "failed " + what + " through " + node,
                        after.path(what).path("failed").asLong(-1));
            }
        }
    }

    private Process poll(String node, Map<String, JsonNode> last) throws IOException {
        var command = new ArrayList<>(List.of("nsenter", "--net=/proc/" + agent(node) + "/ns/net", "--"));
        command.addAll(Distribution.running()
                .program(
                        ApiPollMain.class,
                        "https://127.0.0.1:6444",
                        directory.root().resolve("cluster.kubeconfig").toString(),
                        "polled-through-" + node));
        var process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        Thread.ofVirtual().start(() -> {
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    last.put(node, MAPPER.readTree(line));
                }
            } catch (IOException ended) {
                // With its process.
            }
        });
        return process;
    }

    private void print() throws IOException {
        figures.put("load average at the end", loadAverage());
        System.out.println();
        System.out.println("| figure | value |");
        System.out.println("| --- | ---: |");
        figures.forEach((what, value) -> System.out.println("| " + what + " | " + value + " |"));
        System.out.println();
        System.out.println(MAPPER.writeValueAsString(figures));
    }

    private static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    private String garboard(String... arguments) throws IOException {
        var result = Shell.run(builder(arguments), "");
        if (!result.succeeded()) {
            throw new LabException("garboard " + String.join(" ", arguments) + ": " + result.output());
        }
        return result.output();
    }

    private ProcessBuilder builder(String... arguments) {
        var builder = new ProcessBuilder(command(arguments));
        builder.environment().put("GARBOARD_KUBECONFIG", directory.kubeconfig().toString());
        return builder;
    }

    private List<String> command(String... arguments) {
        return Stream.concat(Stream.of(garboard.toString()), Stream.of(arguments))
                .toList();
    }

    private static void say(String line) {
        System.err.println(line);
    }

    private static String tenths(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
