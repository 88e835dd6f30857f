package dev.garboard.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The site that a command works on, by its directory: no server has to run. */
final class SiteDirectory {

    @Option(
            names = "--site",
            paramLabel = "DIRECTORY",
            description = "The site's directory, made by `garboard init` (default: the lab's).")
    private @Nullable Path site;

    Path path() {
        // Absolute, because programs that are called for it run in directories of their own.
        var directory = (site != null ? site : ImageSite.workDirectory().resolve("lab/site")).toAbsolutePath();
        if (!Files.isDirectory(directory)) {
            throw new CommandException(
                    ExitCode.NOT_FOUND,
                    "there is no site in " + directory + "; name one with --site, or make one: garboard init "
                            + directory);
        }
        return directory;
    }

    Path keys() {
        return path().resolve("pki");
    }
}
