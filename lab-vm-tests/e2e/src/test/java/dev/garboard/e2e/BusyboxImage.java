package dev.garboard.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A container image with the host's busybox, made here because no registry is in reach: one layer in an OCI image layout, as containerd
 * imports it.
 */
final class BusyboxImage {

    static final String NAME = "garboard.test/busybox:1";

    private static final Path PROGRAM = Path.of("/bin/busybox");
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Path directory;

    private BusyboxImage(Path directory) {
        this.directory = directory;
    }

    /** Makes the archive in an empty directory. */
    static Path make(Path directory) throws IOException {
        Requirements.file(PROGRAM.toString(), "busybox");
        return new BusyboxImage(directory).make();
    }

    private Path make() throws IOException {
        var root = directory.resolve("root");
        var image = directory.resolve("image");
        Files.createDirectories(image.resolve("blobs/sha256"));
        fill(root);
        var layer = directory.resolve("layer.tar");
        run("tar", "--owner=0", "--group=0", "-C", root.toString(), "-cf", layer.toString(), ".");
        var layerDigest = blob(image, Files.readAllBytes(layer));
        var configuration = """
            {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},
             "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
            """.formatted(layerDigest);
        var manifest =
                """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}]}
            """.formatted(blob(image, configuration), configuration.length(), layerDigest, Files.size(layer));
        Files.writeString(image.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.writeString(image.resolve("index.json"), """
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
                 "digest":"sha256:%s","size":%d,"annotations":{"io.containerd.image.name":"%s"}}]}
                """.formatted(blob(image, manifest), manifest.length(), NAME));
        var archive = directory.resolve("busybox.tar");
        run("tar", "-C", image.toString(), "-cf", archive.toString(), "oci-layout", "index.json", "blobs");
        return archive;
    }

    /** The program under all of its names, and the libraries that Debian's build of it needs. */
    private static void fill(Path root) throws IOException {
        var bin = Files.createDirectories(root.resolve("bin"));
        Files.copy(PROGRAM, bin.resolve("busybox"));
        for (var name : run(PROGRAM.toString(), "--list").lines().toList()) {
            if (!name.equals("busybox")) {
                Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
            }
        }
        for (var library : libraries()) {
            var inside = root.resolve(library.substring(1));
            Files.createDirectories(inside.getParent());
            Files.copy(Path.of(library), inside);
        }
        run("chmod", "1777", Files.createDirectories(root.resolve("tmp")).toString());
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
    }

    private static List<String> libraries() {
        // A static busybox has none, and ldd says so with an exit code.
        return Program.run(List.of("ldd", PROGRAM.toString()), LabFixture.root(), Map.of(), LIMIT)
                .out()
                .lines()
                .flatMap(line -> Stream.of(line.strip().split(" ")).filter(word -> word.startsWith("/")))
                .toList();
    }

    private static String blob(Path image, String content) throws IOException {
        return blob(image, content.getBytes(StandardCharsets.UTF_8));
    }

    private static String blob(Path image, byte[] content) throws IOException {
        try {
            var digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            Files.write(image.resolve("blobs/sha256").resolve(digest), content);
            return digest;
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    private static String run(String... command) {
        return Program.run(List.of(command), LabFixture.root(), Map.of(), LIMIT)
                .succeeded()
                .out();
    }

    /** Gives an archive to the containerd of a container node. */
    static void give(Path archive, String machine) {
        var agent = ContainerProcess.agent(machine).directory().getFileName().toString();
        run(
                "sh",
                "-c",
                "exec nsenter --target \"$1\" --mount -- \"$2\" -n k8s.io images import --local - < \"$3\"",
                "sh",
                agent,
                "/run/garboard/kubernetes/bundle/bin/ctr",
                archive.toString());
    }
}
