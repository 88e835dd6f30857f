package dev.garboard.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the agent's AOT cache in two steps. A training run in the finished tree records which classes the agent loads; a dump
 * turns that list into the cache. The list is kept: the dump of one list over one tree always gives the same bytes (the JVM's
 * own one-step recording does not), and such a cache notices a replaced jar, where the other would run old classes.
 */
final class AotCache {

    private static final Duration COMPILE_LIMIT = Duration.ofMinutes(1);
    private static final String CLASS_LIST = "classes.lst";

    private final RootTree tree;
    private final Path exchange;
    private final Path logs;
    private final TreeRun run;

    AotCache(RootTree tree, Path exchange, Path logs) throws IOException {
        this.tree = tree;
        this.exchange = exchange;
        this.logs = logs;
        this.run = new TreeRun(tree.root(), exchange, logs);
        Trees.delete(exchange);
        Files.createDirectories(exchange);
    }

    /** Trains the agent: it starts, answers calls over loopback, and exits. The class list goes to a file. */
    void train(Path classList) throws IOException {
        writeArguments("train.args", argumentsWithoutCache());
        run.java("train", List.of("-XX:DumpLoadedClassList=/mnt/" + CLASS_LIST, "@/mnt/train.args", "--train"));
        var recorded = exchange.resolve(CLASS_LIST);
        if (!Files.exists(recorded) || Files.size(recorded) == 0) {
            throw new ImageException(
                    "the training run of the agent recorded no classes; see " + logs.resolve("train.log"));
        }
        Files.createDirectories(classList.toAbsolutePath().getParent());
        Files.move(recorded, classList, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Turns a class list into the cache and puts it into the tree. */
    Path dump(Path classList) throws IOException {
        Files.copy(classList, exchange.resolve(CLASS_LIST), StandardCopyOption.REPLACE_EXISTING);
        var arguments = argumentsWithoutCache();
        arguments.remove(arguments.size() - 1); // the main class: a dump runs none
        writeArguments("dump.args", arguments);
        compileClock();
        var log = run.javaPreloading(
                "/mnt/stopped-clock.so",
                "aot-cache",
                List.of(
                        "@/mnt/dump.args",
                        // The dump holds more than the agent ever does.
                        "-Xmx512m",
                        "-XX:MaxMetaspaceSize=512m",
                        "-XX:+AOTClassLinking",
                        "-XX:SharedClassListFile=/mnt/" + CLASS_LIST,
                        "-XX:SharedArchiveFile=/mnt/agent.aot",
                        "-Xshare:dump"));
        var made = exchange.resolve("agent.aot");
        if (!Files.exists(made)) {
            throw new ImageException("the JVM wrote no AOT cache; it said:\n" + log);
        }
        var cache = tree.root().resolve(RootTree.AOT_CACHE);
        Files.move(made, cache, StandardCopyOption.REPLACE_EXISTING);
        return cache;
    }

    /**
     * Starts the agent once more exactly as a node will, with the cache. The JVM must accept it, and the agent's own class must
     * come out of it: otherwise a node would start slowly, or with other code than its jars hold.
     */
    void check() throws IOException {
        run.java(
                "check-aot",
                List.of(
                        "-XX:AOTMode=on",
                        "-Xlog:class+load:file=/mnt/loaded.log",
                        "@/" + RootTree.ARGUMENTS,
                        "--train"));
        var mainClass = argumentsWithoutCache().getLast();
        try (var lines = Files.lines(exchange.resolve("loaded.log"), StandardCharsets.UTF_8)) {
            var origin = lines.filter(line -> line.contains(" " + mainClass + " source: "))
                    .findFirst()
                    .orElse("(never loaded)");
            if (!origin.contains("shared objects file")) {
                throw new ImageException(
                        "with the AOT cache " + mainClass + " does not come out of the cache: " + origin.strip());
            }
        }
    }

    /** One word a line, comments left out; the main class is the last. */
    private List<String> argumentsWithoutCache() throws IOException {
        var arguments = new ArrayList<String>();
        for (var line : Files.readAllLines(tree.root().resolve(RootTree.ARGUMENTS), StandardCharsets.UTF_8)) {
            var stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#") && !stripped.startsWith("-XX:AOTCache=")) {
                arguments.addAll(List.of(stripped.split("\\s+")));
            }
        }
        if (arguments.isEmpty() || arguments.getLast().startsWith("-")) {
            throw new ImageException("the agent's java.args does not end with a main class");
        }
        return arguments;
    }

    private void writeArguments(String name, List<String> arguments) throws IOException {
        Files.write(exchange.resolve(name), arguments, StandardCharsets.UTF_8);
    }

    private void compileClock() throws IOException {
        var source = exchange.resolve("stopped-clock.c");
        Files.write(source, TreeRun.resource("stopped-clock.c"));
        HostCommand.of(
                        logs.resolve("stopped-clock.log"),
                        COMPILE_LIMIT,
                        HostTools.path("gcc"),
                        "-shared",
                        "-fPIC",
                        "-O2",
                        "-o",
                        exchange.resolve("stopped-clock.so").toString(),
                        source.toString())
                .run();
    }
}
