package dev.garboard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Debian's own kubectl, years older than the clusters of these tests. Unpacked, not installed: another kubectl may have its place. */
final class DebianKubectl {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private DebianKubectl() {}

    static Path program(Path directory) throws IOException {
        Files.createDirectories(directory);
        var download = Program.run(List.of("apt-get", "download", "kubernetes-client"), directory, Map.of(), LIMIT);
        Requirements.require(download.exitCode() == 0, "Debian's kubernetes-client cannot be fetched: " + download);
        try (var files = Files.list(directory)) {
            var archive = files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow();
            Program.run(List.of("dpkg-deb", "-x", archive.toString(), "."), directory, Map.of(), LIMIT)
                    .succeeded();
        }
        return directory.resolve("usr/bin/kubectl");
    }
}
