package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.image.HostTools;
import dev.garboard.testing.Requirements;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real thing: packages of the host's mirror (kept between runs), the agent that was just built, and no root. */
class ImageCommandIT {

    private static final Path CLONE = Path.of("..").toAbsolutePath().normalize();
    private static final Path AGENT = CLONE.resolve("agent/target/garboard-agent");
    private static final Path WORK = CLONE.resolve(".garboard/test/image");
    private static final List<String> FILES =
            List.of("kernel", "initramfs", "root.cpio", "manifest.json", "manifest.json.p7s");

    @TempDir
    private static Path directory;

    private static Path site;
    private static Path image;

    @BeforeAll
    static void buildAnImage() {
        var missing = HostTools.missingPackages();
        Requirements.require(missing.isEmpty(), "programs are missing: apt-get install " + String.join(" ", missing));
        site = directory.resolve("site");
        image = directory.resolve("image");
        run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");
        build(WORK, image, directory.resolve("lock"));
    }

    @Test
    void buildsTheSameBytesAgainInAnotherPlace() throws IOException {
        var elsewhere = directory.resolve("elsewhere/work");
        copyPackages(elsewhere);

        build(elsewhere, directory.resolve("again"), directory.resolve("lock"), "--locked");

        for (var file : FILES) {
            assertArrayEquals(
                    Files.readAllBytes(image.resolve(file)),
                    Files.readAllBytes(directory.resolve("again").resolve(file)),
                    file);
        }
    }

    @Test
    void namesWhatALockedBuildCannotGet() throws IOException {
        var lock = directory.resolve("old.lock");
        Files.writeString(
                lock,
                Files.readString(directory.resolve("lock"))
                        .replaceAll("\"version\" : \"[^\"]+\"", "\"version\" : \"0.1-1\"")
                        .replaceAll("\"sha256\" : \"[^\"]+\"", "\"sha256\" : \"" + "0".repeat(64) + "\""));

        var answer = tryRun(
                "image",
                "build",
                "--site",
                site.toString(),
                "--agent",
                AGENT.toString(),
                "--work",
                WORK.toString(),
                "--to",
                directory.resolve("never").toString(),
                "--lock",
                lock.toString(),
                "--locked");

        assertEquals(ExitCode.FAILED, answer.code());
        assertTrue(answer.err().contains("the mirror has these versions no more"), answer.err());
        assertTrue(answer.err().contains("libc6=0.1-1, libgcc-s1=0.1-1"), answer.err());
    }

    @Test
    void importsListsAndInspectsWhatItBuilt() {
        run("image", "import", image.toString(), "--site", site.toString());

        var list = run("image", "list", "--site", site.toString());
        var inspection = run("image", "inspect", image.toString(), "--site", site.toString());

        assertTrue(list.contains("CN=Garboard release key of garboard"), list);
        assertTrue(inspection.contains("linux-image-"), inspection);
        assertTrue(inspection.contains("garboard-agent"), inspection);
    }

    @Test
    void refusesTheImageWithOneByteFlipped() throws IOException {
        var flipped = directory.resolve("flipped");
        Files.createDirectories(flipped);
        for (var file : FILES) {
            Files.copy(image.resolve(file), flipped.resolve(file));
        }
        try (var root = new RandomAccessFile(flipped.resolve("root.cpio").toFile(), "rw")) {
            root.seek(20_000_000);
            int before = root.read();
            root.seek(20_000_000);
            root.write(before ^ 1);
        }

        var answer = tryRun("image", "import", flipped.toString(), "--site", site.toString());

        assertEquals(ExitCode.FAILED, answer.code());
        assertTrue(answer.err().contains("root.cpio was changed: SHA-256 "), answer.err());
    }

    private static void build(Path work, Path to, Path lock, String... more) {
        var arguments = Stream.concat(
                Stream.of(
                        "image",
                        "build",
                        "--site",
                        site.toString(),
                        "--agent",
                        AGENT.toString(),
                        "--work",
                        work.toString(),
                        "--to",
                        to.toString(),
                        "--lock",
                        lock.toString()),
                Arrays.stream(more));
        run(arguments.toArray(String[]::new));
    }

    /** The mirror is asked once a day, not once a test. */
    private static void copyPackages(Path work) throws IOException {
        var packages = Files.createDirectories(work.resolve("packages"));
        try (Stream<Path> files = Files.list(WORK.resolve("packages"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, packages.resolve(file.getFileName()));
            }
        }
    }

    private record Answer(int code, String out, String err) {}

    private static String run(String... arguments) {
        var answer = tryRun(arguments);
        assertEquals(ExitCode.OK, answer.code(), answer::err);
        return answer.out();
    }

    private static Answer tryRun(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Answer(code, out.toString(), err.toString());
    }
}
