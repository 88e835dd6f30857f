package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures how fast a cluster comes on, what it takes, and how long its API is away when a control plane dies or all of it is upgraded. It uses
 * Garboard's commands as people do, the events that they print, and {@link ApiPollMain}.
 */
@Command(
        name = "lab-vm-tests/bench/cluster",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a real cluster on a lab of its own, and prints the figures: a table for people and one JSON object as the last line."
                    + " Nothing is asserted: figures depend on the machine and on what else runs.",
            "Without --upgrade and --vm: three control planes and a worker as containers come on, are idle, and lose etcd's leader."
        })
final class ClusterBenchMain implements Callable<Integer> {

    private static final List<String> CONTROL_PLANES = List.of("m1", "m2", "m3");
    private static final String WORKER = "m4";
    private static final long MILLIS_BEFORE = 10_000;
    private static final long MILLIS_AFTER_THE_KILL = 30_000;
    private static final long MILLIS_UNTIL_QUIET = 60_000;
    private static final long MILLIS_IDLE = 60_000;

    @Parameters(index = "0", hidden = true)
    private Path garboard;

    @Parameters(index = "1", hidden = true)
    private Path directory;

    @Option(names = "--kubernetes", paramLabel = "VERSION", defaultValue = "1.37", description = "(default: 1.37)")
    private String kubernetes;

    @Option(
            names = "--upgrade",
            paramLabel = "DIRECTORY",
            description =
                    "Upgrade such a cluster to the version in this directory, which is one that `garboard kubernetes import` takes,"
                            + " while its API is asked through every node.")
    private @Nullable Path upgrade;

    @Option(names = "--vm", description = "A worker in a virtual machine, and what its processor costs.")
    private boolean vm;

    @Option(
            names = "--disk",
            paramLabel = "GB",
            defaultValue = "0",
            description = "With --vm: its disk (default: 0, none).")
    private int disk;

    /**
     * Measures.
     *
     * @param arguments the launcher, the directory of the lab, options
     */
    static void main(String[] arguments) {
        System.exit(new CommandLine(new ClusterBenchMain()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var run = new BenchRun(garboard, new LabDirectory(directory));
        run.empty();
        if (vm) {
            virtual(run);
        } else {
            containers(run);
        }
        run.print();
        return 0;
    }

    private void containers(BenchRun run) throws IOException, InterruptedException {
        BenchRun.say("booting four machines");
        run.garboard(
                "lab",
                "up",
                "--directory",
                run.directory().root().toString(),
                "--nodes",
                "container",
                "--machines",
                "4");
        BenchRun.say("making the cluster");
        var times = run.cluster(_ -> {}, "--control-planes", "3", "--workers", "1", "--kubernetes", kubernetes);
        run.seconds("Cluster applied to API ready", times, "", "lab ApiReady");
        run.seconds("second control plane: begin to Ready with its API", times, "m2 Joining", "m2 Ready");
        run.seconds("third control plane: begin to Ready with its API", times, "m3 Joining", "m3 Ready");
        run.seconds("worker: begin to Ready", times, WORKER + " Joining", WORKER + " Ready");
        run.seconds("Cluster applied to every node Ready", times, "", "lab NodesReady");
        BenchRun.say("waiting until it is quiet");
        Thread.sleep(MILLIS_UNTIL_QUIET);
        if (upgrade != null) {
            upgrade(run, upgrade);
        } else {
            sizes(run);
            idle(run);
            kill(run);
        }
    }

    private static void sizes(BenchRun run) throws IOException {
        var mapper = JsonMapper.builder().build();
        try (Stream<Path> manifests = Files.walk(run.directory().site().resolve("bundles"), 2)) {
            for (var file :
                    manifests.filter(each -> each.endsWith("manifest.json")).toList()) {
                var manifest = mapper.readTree(Files.readString(file));
                run.figure(
                        "bundle " + manifest.path("name").asString("") + ", MB",
                        manifest.path("image").path("size").asLong(0) / 1e6);
            }
        }
        for (var node : List.of("m1", WORKER)) {
            new BenchNodes(run.directory())
                    .memory(node)
                    .forEach((program, kilobytes) ->
                            run.figure("memory of " + program + " on " + node + ", MB", kilobytes / 1024.0));
        }
    }

    /** What the agents take when nothing changes. */
    private static void idle(BenchRun run) throws InterruptedException {
        BenchRun.say("looking what the agents take meanwhile");
        var nodes = new BenchNodes(run.directory());
        var before = new TreeMap<String, Double>();
        for (var node : List.of("m1", WORKER)) {
            before.put(node, ProcessCost.cpuSeconds(nodes.agent(node)));
        }
        Thread.sleep(MILLIS_IDLE);
        before.forEach((node, seconds) -> run.figure(
                "idle agent on " + node + ", % of a core",
                (ProcessCost.cpuSeconds(nodes.agent(node)) - seconds) * 100_000 / MILLIS_IDLE));
    }

    private static void kill(BenchRun run) throws IOException, InterruptedException {
        var leader = run.garboard("cluster", "etcd", "status", "lab")
                .lines()
                .filter(line -> line.contains(" leader "))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElse(CONTROL_PLANES.getFirst());
        BenchRun.say("killing " + leader + ", etcd's leader, while the others are asked");
        var others = Stream.concat(CONTROL_PLANES.stream(), Stream.of(WORKER))
                .filter(node -> !node.equals(leader))
                .toList();
        var polls = BenchPolls.start(run.directory(), others);
        Thread.sleep(MILLIS_BEFORE);
        polls.gaps(run, " before the kill");
        ProcessHandle.of(new BenchNodes(run.directory()).agent(leader))
                .orElseThrow()
                .destroyForcibly();
        Thread.sleep(MILLIS_AFTER_THE_KILL);
        polls.end(run);
    }

    private static void upgrade(BenchRun run, Path input) throws IOException, InterruptedException {
        var name = run.garboard(
                "kubernetes",
                "import",
                input.toString(),
                "--site",
                run.directory().site().toString(),
                "--output",
                "json");
        var version = JsonMapper.builder()
                .build()
                .readTree(name.lines()
                        .filter(line -> line.startsWith("{"))
                        .toList()
                        .getLast())
                .path("version")
                .asString();
        BenchRun.say("upgrading to " + version + " while all nodes are asked");
        var polls = BenchPolls.start(
                run.directory(),
                Stream.concat(CONTROL_PLANES.stream(), Stream.of(WORKER)).toList());
        Thread.sleep(MILLIS_BEFORE);
        polls.gaps(run, " before the upgrade");
        long begun = System.nanoTime();
        run.events(_ -> {}, "cluster", "upgrade", "lab", "--version", version, "--output", "json");
        run.figure("upgrade to " + version + ", s", (System.nanoTime() - begun) / 1e9);
        polls.end(run);
    }

    private void virtual(BenchRun run) throws IOException, InterruptedException {
        BenchRun.say("booting a control plane in a container and a worker in a virtual machine");
        var nodes = new BenchNodes(run.directory());
        var cpu = new TreeMap<String, Double>();
        var times = run.cluster(
                event -> {
                    if (event.path("machine").asString("").equals("m2")) {
                        cpu.putIfAbsent(event.path("stage").asString(""), nodes.machineCpuSeconds("m2"));
                    }
                },
                "--control-planes",
                "1",
                "--workers",
                "1",
                "--worker-nodes",
                "vm",
                "--disk",
                Integer.toString(disk),
                "--kubernetes",
                kubernetes);
        run.seconds("Cluster applied to API ready", times, "", "lab ApiReady");
        run.seconds("Cluster applied to every node Ready", times, "", "lab NodesReady");
        // The agent's boot ends with "ready", the node's part in the cluster begins with "Ready".
        run.figure("virtual machine: power on to the agent's answer, CPU s", cpu.getOrDefault("ready", 0.0));
        run.figure(
                "virtual machine: the agent's answer to node Ready, CPU s",
                cpu.getOrDefault("Ready", 0.0) - cpu.getOrDefault("ready", 0.0));
    }
}
