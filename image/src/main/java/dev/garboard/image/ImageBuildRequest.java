package dev.garboard.image;

import dev.garboard.trust.ReleaseKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to build.
 *
 * @param agent the agent's distribution: {@code lib/*.jar}, {@code java.args}, {@code stage0.c}
 * @param siteCertificates PEM file with the site CA, which the node will trust
 * @param output directory that gets the finished image; replaced when it holds one
 * @param work directory for caches and logs; may be shared by builds, one at a time
 * @param lockFile where versions are written, and with {@code locked} read
 * @param locked build from the versions in the lock file only
 * @param version of the image; left out, it is the date of its packages and the start of its build id
 * @param epoch time of every file, in seconds since 1970; left out, the newest time in kernel and C library
 */
public record ImageBuildRequest(
        Platform platform,
        Path agent,
        Path siteCertificates,
        ReleaseKey releaseKey,
        Path output,
        Path work,
        Path lockFile,
        boolean locked,
        @Nullable String version,
        @Nullable Long epoch) {}
