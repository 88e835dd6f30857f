package dev.garboard.image;

import dev.garboard.kubernetes.bundle.BundleManifest.Component;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fills the directory that becomes the file system of a bundle. What is checked is what is kept: a program is hashed while it is copied. */
final class BundleTree {

    private final Path root;
    private final ProgramInspection inspection;
    private final Map<BundleProgram, String> versions = new EnumMap<>(BundleProgram.class);
    private final List<Component> components = new ArrayList<>();

    BundleTree(Path root, ProgramInspection inspection) {
        this.root = root;
        this.inspection = inspection;
    }

    /** Versions of the programs that were taken. */
    Map<BundleProgram, String> versions() {
        return versions;
    }

    /** The programs that were taken, by path. */
    List<Component> components() {
        return components.stream().sorted(Comparator.comparing(Component::path)).toList();
    }

    /** Takes every program, or names all that are missing. */
    void fill(Map<String, BundleInput.Found> found) throws IOException {
        var multiCall = found.get(BundleProgram.MULTI_CALL);
        var missing = Stream.of(BundleProgram.values())
                .filter(program -> !found.containsKey(program.program()))
                .filter(program -> multiCall == null || !program.isKubernetes())
                .map(BundleProgram::program)
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new BundleRefusedException(
                    Reason.MISSING_COMPONENT,
                    "the input lacks " + missing + "; found "
                            + (found.isEmpty() ? "no component at all" : String.join(", ", found.keySet()))
                            + ". Links are not followed");
        }
        for (var directory : List.of("", "bin", "cni", "images")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (var program : BundleProgram.values()) {
            var own = found.get(program.program());
            if (own != null) {
                take(program, own, root.resolve(program.path()));
            } else if (multiCall != null) {
                link(program, multiCall);
            }
        }
    }

    private void link(BundleProgram program, BundleInput.Found multiCall) throws IOException {
        var file = root.resolve("bin").resolve(BundleProgram.MULTI_CALL);
        if (!Files.exists(file)) {
            copy(multiCall, file);
        }
        Files.createSymbolicLink(root.resolve(program.path()), Path.of(BundleProgram.MULTI_CALL));
        add(program, multiCall, file);
    }

    private void take(BundleProgram program, BundleInput.Found found, Path target) throws IOException {
        copy(found, target);
        add(program, found, target);
    }

    private void add(BundleProgram program, BundleInput.Found found, Path file) throws IOException {
        var version = inspection.version(program, file, program.program(), found.path());
        versions.put(program, version);
        components.add(new Component(program.program(), version, program.path(), found.sha256()));
    }

    private static void copy(BundleInput.Found found, Path target) throws IOException {
        try (var in = Files.newInputStream(found.file());
                var out = Files.newOutputStream(target)) {
            var sha256 = Digest.copy(in, out);
            if (!sha256.equals(found.sha256())) {
                throw new BundleRefusedException(
                        Reason.WRONG_DIGEST,
                        found.path() + " was changed: SHA-256 " + sha256 + ", " + BundleInput.CHECKSUMS + " says "
                                + found.sha256());
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    /** Writes a file that the import makes. */
    void write(String path, byte[] content) throws IOException {
        var file = Files.write(root.resolve(path), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    }

    /** What the umask says about directories must not show. */
    void normalise() throws IOException {
        var mode = PosixFilePermissions.fromString("rwxr-xr-x");
        Files.setPosixFilePermissions(root, mode);
        for (var directory : List.of("bin", "cni", "images")) {
            Files.setPosixFilePermissions(root.resolve(directory), mode);
        }
    }
}
