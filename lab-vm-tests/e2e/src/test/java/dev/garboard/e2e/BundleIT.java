package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.e2e.Program.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A bundle made of the real programs by the real command, and unpacked again as a node would see it. */
class BundleIT {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    private static Path directory;

    private static Path input;
    private static Path site;
    private static JsonNode imported;
    private static Path image;
    private static Path unpacked;

    @BeforeAll
    static void importTheRealThing() {
        Requirements.program("mkfs.erofs", "erofs-utils");
        var fsck = Requirements.program("fsck.erofs", "erofs-utils").toString();
        input = KubernetesBuild.input("1.37.2");
        site = directory.resolve("site");
        garboard("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");
        imported = importInto(site);
        image = site.resolve("bundles")
                .resolve(imported.path("name").asString())
                .resolve(imported.path("image").path("sha256").asString());
        unpacked = directory.resolve("unpacked");
        run(fsck, "--extract=" + unpacked, image.toString());
    }

    @Test
    void theVersionsAreReadFromThePrograms() {
        var inspection = MAPPER.readTree(garboard(
                "kubernetes",
                "inspect",
                imported.path("name").asString(),
                "--site",
                site.toString(),
                "--output",
                "json"));

        var versions = new LinkedHashMap<String, String>();
        inspection
                .path("components")
                .forEach(one -> versions.put(
                        one.path("name").asString(), one.path("version").asString()));
        assertEquals(
                Map.ofEntries(
                        Map.entry("kube-apiserver", "1.37.2"),
                        Map.entry("kube-controller-manager", "1.37.2"),
                        Map.entry("kube-scheduler", "1.37.2"),
                        Map.entry("kube-proxy", "1.37.2"),
                        Map.entry("kubelet", "1.37.2"),
                        Map.entry("kubectl", "1.37.2"),
                        Map.entry("etcd", "3.6.16"),
                        Map.entry("etcdutl", "3.6.16"),
                        Map.entry("containerd", "2.3.7"),
                        Map.entry("containerd-shim-runc-v2", "2.3.7"),
                        Map.entry("ctr", "2.3.7"),
                        Map.entry("runc", "1.4.2"),
                        Map.entry("coredns", "1.14.7"),
                        Map.entry("pause", "1.0.0"),
                        Map.entry("bridge", "1.9.1"),
                        Map.entry("host-local", "1.9.1"),
                        Map.entry("loopback", "1.9.1"),
                        Map.entry("portmap", "1.9.1"),
                        Map.entry("ptp", "1.9.1")),
                versions);
    }

    @Test
    void theProgramsRunFromTheUnpackedImageAndSayTheirVersions() {
        assertEquals(
                "Kubernetes v1.37.2", run(program("kubelet"), "--version").out().strip());
        assertEquals(
                "Kubernetes v1.37.2",
                run(program("kube-apiserver"), "--version").out().strip());
        assertTrue(run(program("kubectl"), "version", "--client").out().contains("Client Version: v1.37.2"));
        assertTrue(run(program("etcd"), "--version").out().startsWith("etcd Version: 3.6.16"));
        assertTrue(run(program("containerd"), "--version").out().contains(" v2.3.7 "));
        assertTrue(run(program("runc"), "features").out().contains("\"seccomp\""));
        assertTrue(run(program("coredns"), "-version").out().contains("CoreDNS-1.14.7"));
    }

    @Test
    void theHashTreeIsWhatVeritysetupExpects() {
        var offset = manifest().path("verityOffset").asLong();

        run(
                Requirements.program("veritysetup", "cryptsetup-bin").toString(),
                "verify",
                "--hash-offset=" + offset,
                image.toString(),
                image.toString(),
                imported.path("rootHash").asString());
    }

    @Test
    void theSameProgramsGiveTheSameBundleInAnotherSite() throws IOException {
        var other = directory.resolve("other");
        garboard("init", other.toString(), "--address", "192.0.2.1", "--interface", "boot0");

        var again = importInto(other);

        assertEquals(imported.path("manifestSha256"), again.path("manifestSha256"));
        assertEquals(imported.path("image"), again.path("image"));
    }

    @Test
    void containerdTakesTheBaseImage() throws IOException, InterruptedException {
        Requirements.require("root".equals(System.getProperty("user.name")), "containerd needs root");
        var home = Files.createDirectory(directory.resolve("containerd"));
        var socket = home.resolve("socket").toString();
        var configuration = home.resolve("config.toml");
        Files.writeString(configuration, "version = 3\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n");
        var containerd = new ProcessBuilder(
                        program("containerd"),
                        "--config",
                        configuration.toString(),
                        "--root",
                        home.resolve("root").toString(),
                        "--state",
                        home.resolve("state").toString(),
                        "--address",
                        socket)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
        try {
            LabFixture.await(
                    "containerd answers",
                    () -> tryRun(program("ctr"), "--address", socket, "version").exitCode() == 0);
            run(
                    program("ctr"),
                    "--address",
                    socket,
                    "images",
                    "import",
                    "--local",
                    unpacked.resolve("images/base.tar").toString());

            var images = run(program("ctr"), "--address", socket, "images", "ls", "--quiet");

            assertEquals("garboard.dev/base:1.37.2", images.out().strip());
        } finally {
            containerd.destroy();
            containerd.waitFor();
        }
    }

    private static JsonNode manifest() {
        try {
            return MAPPER.readTree(Files.readAllBytes(image.resolveSibling("manifest.json")));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static JsonNode importInto(Path into) {
        return MAPPER.readTree(
                garboard("kubernetes", "import", input.toString(), "--site", into.toString(), "--output", "json"));
    }

    private static String program(String name) {
        return unpacked.resolve("bin").resolve(name).toString();
    }

    private static String garboard(String... arguments) {
        var command =
                Stream.concat(Stream.of(LabFixture.root().resolve("garboard").toString()), Stream.of(arguments));
        return Program.run(command.toList(), LabFixture.root(), Map.of("GARBOARD_BUILD", "never"), LIMIT)
                .succeeded()
                .out();
    }

    private static Output run(String... command) {
        return tryRun(command).succeeded();
    }

    private static Output tryRun(String... command) {
        return Program.run(List.of(command), directory, Map.of(), LIMIT);
    }
}
