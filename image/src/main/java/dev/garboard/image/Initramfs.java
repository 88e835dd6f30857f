package dev.garboard.image;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The initramfs: stage-0, kernel modules, the root hash, and the certificates that the agent trusts. */
final class Initramfs {

    static final String VERITY = "verity";

    /** The highest level packs 1 MB a second: right for the few modules of a virtual machine, not for drivers and firmware. */
    private static final int COMPRESSION = 19;

    private static final int COMPRESSION_OF_LARGE = 12;
    private static final int LARGE = 16 << 20;
    private static final int LARGEST_VERITY = 4096;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /**
     * What goes in.
     *
     * @param firmwareRoots directories that may hold {@code lib/firmware}
     */
    record Content(
            Path init,
            KernelModules.Selection modules,
            List<Path> firmwareRoots,
            VerityTree verity,
            String imageName,
            String siteCertificates,
            String releaseCertificate) {}

    private Initramfs() {}

    /** Compiles stage-0: static, no build id, so that the same source gives the same program. */
    static Path compileStage0(AgentDistribution agent, Path program, Path log) throws IOException {
        HostCommand.of(
                        log,
                        LIMIT,
                        HostTools.path("gcc"),
                        "-static",
                        "-Os",
                        "-Wall",
                        "-Wextra",
                        "-s",
                        "-Wl,--build-id=none",
                        "-o",
                        program.toString(),
                        agent.stage0().getFileName().toString())
                .in(agent.directory())
                .run();
        return program;
    }

    static void write(Content content, Path file, long epoch) throws IOException {
        var archive = new ByteArrayOutputStream();
        try (var cpio = new NewcArchive(archive, epoch)) {
            for (var directory : List.of("dev", "etc", "etc/garboard", "modules")) {
                cpio.directory(directory);
            }
            cpio.characterDevice("dev/console", 0600, 5, 1);
            cpio.file("init", 0755, content.init());
            cpio.file(VERITY, 0444, ascii(verity(content)));
            cpio.file("etc/garboard/site-ca.crt", 0444, ascii(content.siteCertificates()));
            cpio.file("etc/garboard/release.crt", 0444, ascii(content.releaseCertificate()));
            for (var module : content.modules().modules()) {
                cpio.file("modules/" + module.fileName(), 0444, module.content());
            }
            cpio.file("modules/order", 0444, ascii(order(content.modules())));
            addFirmware(content, cpio);
        }
        Files.write(file, compressed(archive.toByteArray()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String order(KernelModules.Selection modules) {
        return modules.modules().stream()
                .map(module -> module.fileName() + "\n")
                .collect(Collectors.joining());
    }

    /** What stage-0 reads. A corrupted block stops the node: an error on a mapped page would kill the JVM at random. */
    private static String verity(Content content) {
        return "root=" + content.verity().rootHash() + "\noffset="
                + content.verity().offset() + "\nfs=erofs\noptions=1 panic_on_corruption\nimage=" + content.imageName()
                + "\n";
    }

    private static void addFirmware(Content content, NewcArchive cpio) throws IOException {
        var directories = new TreeSet<String>();
        var found = new ArrayList<String>();
        for (var name : content.modules().firmware()) {
            if (locate(content.firmwareRoots(), name).isPresent()) {
                found.add(name);
                for (var parent = Path.of("lib/firmware", name).getParent();
                        parent != null;
                        parent = parent.getParent()) {
                    directories.add(parent.toString());
                }
            }
        }
        for (var directory : directories) {
            cpio.directory(directory);
        }
        for (var name : found) {
            var file = locate(content.firmwareRoots(), name).orElseThrow();
            cpio.file("lib/firmware/" + name, 0444, file);
        }
    }

    private static Optional<Path> locate(List<Path> roots, String name) {
        return roots.stream()
                .flatMap(root -> List.of(root.resolve("lib/firmware"), root.resolve("usr/lib/firmware")).stream())
                .map(directory -> directory.resolve(name))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The kernel unpacks zstd; another archive may follow at a multiple of 4, and zeros between are passed over. */
    private static byte[] compressed(byte[] archive) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStream(out, archive.length > LARGE ? COMPRESSION_OF_LARGE : COMPRESSION)) {
            zstd.write(archive);
        }
        var bytes = out.toByteArray();
        return Arrays.copyOf(bytes, (bytes.length + 511) & ~511);
    }

    /** The root hash that an initramfs carries. */
    static String rootHash(Path initramfs) throws IOException {
        try (var archive =
                new NewcReader(new BufferedInputStream(new ZstdInputStream(Files.newInputStream(initramfs))))) {
            for (var entry = archive.next(); entry.isPresent(); entry = archive.next()) {
                if (entry.get().name().equals(VERITY)) {
                    return rootHash(
                            new String(archive.content(entry.get(), LARGEST_VERITY), StandardCharsets.US_ASCII));
                }
            }
        }
        return "";
    }

    /** The root hash in the text of {@code /verity}; empty when it has none. */
    static String rootHash(String verity) {
        return verity.lines()
                .filter(line -> line.startsWith("root="))
                .map(line -> line.substring("root=".length()))
                .findFirst()
                .orElse("");
    }
}
