package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The Kubernetes under test, as {@code lab-vm-tests/kubernetes/build} leaves it outside of the clone. */
final class TestBundle {

    private TestBundle() {}

    /** Skips the test where it was not built; fails it where the build is strict. */
    static Path require(String version) throws IOException {
        var found = find(version);
        boolean strict = "true".equals(System.getenv("GARBOARD_STRICT")) || Boolean.getBoolean("garboard.strict");
        var remedy = "Kubernetes " + version + " was not built; run lab-vm-tests/kubernetes/build " + version;
        assertFalse(strict && found.isEmpty(), remedy);
        Assumptions.assumeTrue(found.isPresent(), "skipped, " + remedy);
        return found.orElseThrow();
    }

    private static Optional<Path> find(String version) throws IOException {
        var given = System.getenv("XDG_CACHE_HOME");
        var cache = given == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(given);
        var directory = cache.resolve("garboard").resolve("kubernetes");
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (var built = Files.list(directory)) {
            return built.filter(path -> path.getFileName().toString().startsWith("kubernetes-" + version + "-"))
                    .max(Comparator.comparingLong(path -> path.toFile().lastModified()));
        }
    }
}
