package dev.garboard.e2e;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A lab, used as people use it: by the launcher. Register it as a static extension. Before the class the inventory is emptied, after it the lab
 * is ended and must have left nothing on the host; site and node image are made once and shared by all classes. What the lab's programs last
 * said is printed when a test fails.
 */
final class LabFixture implements BeforeAllCallback, AfterAllCallback, TestExecutionExceptionHandler {

    /** Several times what an idle host with two cores takes; only a broken chain comes near these. */
    static final Duration BOOT = Duration.ofMinutes(5);

    private static final Duration IMAGE_AND_BOOT = Duration.ofMinutes(15);
    private static final Duration COMMAND = Duration.ofMinutes(2);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Path ROOT = cloneRoot();

    private final Path directory;
    private @Nullable Leftovers before;

    LabFixture() {
        this("lab");
    }

    /** A lab of its own, with its own site and image, below {@code target}: only for what spoils them. */
    LabFixture(String name) {
        this.directory = ROOT.resolve("lab-vm-tests/e2e/target").resolve(name);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Requirements.program("qemu-system-x86_64", "qemu-system-x86");
        Requirements.program("mkfs.erofs", "erofs-utils");
        Requirements.program("veritysetup", "cryptsetup-bin");
        Requirements.program("ip", "iproute2");
        Requirements.program("gcc", "gcc");
        Requirements.file("/usr/lib/ipxe/snponly.efi", "ipxe");
        Requirements.file("/usr/lib/ipxe/qemu/pxe-virtio.rom", "ipxe-qemu");
        Requirements.require(
                Files.isDirectory(ROOT.resolve("cli/target/garboard/agent")),
                "cli/target/garboard is missing: run `mvn -pl lab-vm-tests/e2e -am verify`");
        down();
        forget();
        before = Leftovers.of(directory);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (before == null) {
            return;
        }
        down();
        Leftovers.assertSame(before, directory);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        System.err.println("---- " + context.getDisplayName() + ": " + failure + "\n" + diagnosis());
        throw failure;
    }

    /** Empties the inventory and the machines' disks: no machines, no leases, no clusters. Site and image stay; the lab must be down. */
    void forget() throws IOException {
        for (var suffix : List.of("", "-wal", "-shm", ".lock")) {
            Files.deleteIfExists(site().resolve("garboard.db" + suffix));
        }
        var machines = directory.resolve("machines");
        if (Files.exists(machines)) {
            delete(machines);
        }
    }

    /** Puts an empty disk into a machine that is off. */
    void emptyDisk(String machine) throws IOException {
        delete(disk(machine));
    }

    /** The machine's disk: directories, since only container nodes have one. */
    Path disk(String machine) {
        return directory.resolve("machines").resolve(machine).resolve("disk");
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> below = Files.walk(tree)) {
            for (var file : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    Path directory() {
        return directory;
    }

    Path site() {
        return directory.resolve("site");
    }

    Path pki() {
        return site().resolve("pki");
    }

    Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }

    static Path root() {
        return ROOT;
    }

    /** Brings the lab up until its machines are ready; its events as {@code --output json} tells them. */
    List<JsonNode> up(String... options) {
        return events(tryUp(options).succeeded());
    }

    /** The same, but it may fail. */
    Output tryUp(String... options) {
        return run(upCommand(options), IMAGE_AND_BOOT);
    }

    /** Brings a Kubernetes cluster up until all its nodes are ready; the events as {@code --output json} tells them. */
    List<JsonNode> cluster(String... options) {
        return events(run(clusterCommand(options), IMAGE_AND_BOOT).succeeded());
    }

    /** For tests that start {@code cluster} themselves. */
    List<String> clusterCommand(String... options) {
        return command(
                "lab",
                "cluster",
                Stream.concat(Stream.of("--directory", directory.toString(), "--output", "json"), Stream.of(options)));
    }

    /** For tests that start {@code up} themselves. */
    List<String> upCommand(String... options) {
        return command(
                "lab",
                "up",
                Stream.concat(
                        Stream.of("--directory", directory.toString(), "--output", "json"),
                        Stream.concat(limit(options), Stream.of(options))));
    }

    private static Stream<String> limit(String... options) {
        return Stream.of(options).anyMatch("--timeout"::equals)
                ? Stream.empty()
                : Stream.of("--timeout", Long.toString(BOOT.toSeconds()));
    }

    static List<JsonNode> events(Output up) {
        return up.out()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(MAPPER::readTree)
                .toList();
    }

    void down() {
        lab("down").succeeded();
    }

    /** Any command of {@code garboard} that speaks to the server, as the administrator unless it names a kubeconfig. */
    Output cli(String... arguments) {
        return run(command("", "", Stream.of(arguments)), COMMAND);
    }

    /** What a command prints with {@code --output json}. */
    JsonNode json(String... arguments) {
        var withFormat = Stream.concat(Stream.of(arguments), Stream.of("--output", "json"))
                .toArray(String[]::new);
        return MAPPER.readTree(cli(withFormat).succeeded().out());
    }

    /** A command of {@code garboard lab} on this lab. */
    Output lab(String subcommand, String... arguments) {
        return run(
                command(
                        "lab",
                        subcommand,
                        Stream.concat(Stream.of("--directory", directory.toString()), Stream.of(arguments))),
                COMMAND);
    }

    /** Runs a program inside the lab's network. */
    Output inside(String... command) {
        return lab("exec", Stream.concat(Stream.of("--"), Stream.of(command)).toArray(String[]::new));
    }

    /** For tests that start a program inside the lab's network themselves. */
    List<String> insideCommand(List<String> command) {
        return command(
                "lab", "exec", Stream.concat(Stream.of("--directory", directory.toString(), "--"), command.stream()));
    }

    /** Presses {@code on}, {@code off} or {@code reset} of a machine. */
    void power(String button, String machine) {
        lab("power", button, machine).succeeded();
    }

    /** What {@code lab status} says of a machine. */
    JsonNode status(String machine) {
        return MAPPER.readTree(lab("status", "--output", "json").succeeded().out()).path("processes").values().stream()
                .filter(process -> process.path("name").asString().equals(machine))
                .findFirst()
                .orElseThrow();
    }

    Output kubectl(String... arguments) {
        return kubectlReading("", arguments);
    }

    /** With something on standard input, for {@code apply -f -}. */
    Output kubectlReading(String input, String... arguments) {
        var command = new ArrayList<>(List.of(
                Requirements.program("kubectl", "kubernetes-client").toString(),
                "--kubeconfig",
                kubeconfig().toString()));
        command.addAll(List.of(arguments));
        return Program.run(command, ROOT, environment(), input, COMMAND);
    }

    JsonNode kubectlJson(String... arguments) {
        var withFormat =
                Stream.concat(Stream.of(arguments), Stream.of("-o", "json")).toArray(String[]::new);
        return MAPPER.readTree(kubectl(withFormat).succeeded().out());
    }

    /** What the machine has printed on its serial port since it was powered on. */
    String console(String machine) {
        return text(directory.resolve("machines").resolve(machine).resolve("serial.log"));
    }

    String serverLog() {
        return text(directory.resolve("logs/server.log"));
    }

    /** Waits for something that machines or the server do by themselves. */
    static void await(String what, Callable<Boolean> condition) {
        await(what, BOOT, condition);
    }

    static void await(String what, Duration limit, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(limit)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptionsInstanceOf(JacksonException.class)
                    .until(condition);
        } catch (ConditionTimeoutException tooLong) {
            throw new AssertionError("not within " + limit.toSeconds() + " s: " + what, tooLong);
        }
    }

    Output run(List<String> command, Duration limit) {
        return Program.run(command, ROOT, environment(), limit);
    }

    Map<String, String> environment() {
        return Map.of(
                "GARBOARD_BUILD",
                "never",
                "GARBOARD_KUBECONFIG",
                kubeconfig().toString(),
                Leftovers.MARK,
                directory.toString());
    }

    private static List<String> command(String group, String subcommand, Stream<String> arguments) {
        return Stream.concat(
                        Stream.of(ROOT.resolve("garboard").toString(), group, subcommand)
                                .filter(word -> !word.isEmpty()),
                        arguments)
                .toList();
    }

    private String diagnosis() {
        var text = new StringBuilder();
        askThoseThatHang(text);
        try (Stream<Path> machines = Files.list(directory.resolve("machines"))) {
            machines.map(machine -> machine.getFileName().toString())
                    .sorted()
                    .forEach(machine -> text.append(tail("console of " + machine, console(machine))));
        } catch (IOException none) {
            text.append("no machine was made\n");
        }
        text.append(tail("server log", serverLog()));
        try {
            text.append(cli("machine", "list")).append(cli("boots", "--last", "3"));
        } catch (AssertionError noAnswer) {
            text.append(noAnswer.getMessage());
        }
        return text.toString();
    }

    /** A machine that is not ready after all this time is asked where it is, before its console is read. */
    private void askThoseThatHang(StringBuilder text) {
        try {
            for (var process :
                    MAPPER.readTree(lab("status", "--output", "json").out()).path("processes")) {
                var detail = process.path("detail").asString("");
                if (process.path("state").asString("").equals("on")
                        && detail.contains("last stage: ")
                        && !detail.endsWith("last stage: ready")
                        && !detail.contains("container")) {
                    text.append(lab("power", "nmi", process.path("name").asString(""))
                            .out());
                    Thread.sleep(3_000);
                }
            }
        } catch (AssertionError | JacksonException noAnswer) {
            text.append(noAnswer.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String tail(String title, String text) {
        return "-- " + title + "\n" + lastLines(text, 30);
    }

    /** The last lines that are not blank. */
    static String lastLines(String text, int count) {
        var lines = text.lines().filter(line -> !line.isBlank()).toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size())) + "\n";
    }

    /** Firmware writes bytes that are no UTF-8. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException absent) {
            return "";
        }
    }

    private static Path cloneRoot() {
        for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
            if (Files.isExecutable(here.resolve("garboard")) && Files.exists(here.resolve("pom.xml"))) {
                return here;
            }
        }
        throw new IllegalStateException(
                "the tests must run inside the clone: " + Path.of("").toAbsolutePath());
    }
}
