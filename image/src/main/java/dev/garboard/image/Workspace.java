package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The work directory: caches that builds share, and what one build leaves (its logs stay until the next).
 *
 * @param root absolute
 */
record Workspace(Path root, Platform platform) {

    /** Throws away what the last build left. */
    void clear() throws IOException {
        Trees.delete(build());
        Files.createDirectories(logs());
    }

    private Path build() {
        return root.resolve("build-" + platform);
    }

    Path temporary(String name) {
        return build().resolve(name);
    }

    Path shared(String name) {
        return root.resolve(name);
    }

    Path logs() {
        return build().resolve("logs");
    }

    Path log(String step) {
        return logs().resolve(step + ".log");
    }

    /** The class list that was recorded for a tree. */
    Path classList(String trainedFor) {
        return root.resolve("classes").resolve(trainedFor);
    }
}
