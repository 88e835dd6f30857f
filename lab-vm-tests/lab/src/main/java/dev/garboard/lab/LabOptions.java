package dev.garboard.lab;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every lab command takes. */
final class LabOptions {

    @Option(
            names = "--directory",
            paramLabel = "DIRECTORY",
            description = "Where the lab lies (default: .garboard/lab in the clone).")
    private @Nullable Path directory;

    LabDirectory directory() {
        return new LabDirectory(
                directory != null ? directory : Path.of(System.getProperty("garboard.work", ".garboard"), "lab"));
    }
}
