package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an image is put together from.
 *
 * @param packages the first is the kernel
 * @param kernelTree the kernel package, unpacked
 * @param packageTree the other packages, unpacked
 * @param runtime the linked Java runtime
 * @param init stage-0, compiled
 */
record ImageParts(
        AgentDistribution agent,
        List<DebianPackage> packages,
        String suite,
        Path kernelTree,
        Path packageTree,
        Path runtime,
        Path init) {

    ImageParts {
        packages = List.copyOf(packages);
    }

    DebianPackage kernelPackage() {
        return packages.getFirst();
    }

    /** The kernel itself. */
    Path kernel() throws IOException {
        try (Stream<Path> boot = Files.list(kernelTree.resolve("boot"))) {
            return boot.filter(file -> file.getFileName().toString().startsWith("vmlinuz-"))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(kernelPackage() + " has no boot/vmlinuz"));
        }
    }

    /** The newest time that the packages brought along: later than all of them, and no clock of ours. */
    long epoch() throws IOException {
        long newest = Files.getLastModifiedTime(kernel()).toMillis();
        for (var path : Trees.sorted(packageTree)) {
            if (Files.isRegularFile(path)) {
                newest = Math.max(newest, Files.getLastModifiedTime(path).toMillis());
            }
        }
        return newest / 1000;
    }
}
