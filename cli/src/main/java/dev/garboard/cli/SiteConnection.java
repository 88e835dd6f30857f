package dev.garboard.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a command talks to, and as whom. */
final class SiteConnection {

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            // Resolved by picocli; an unset variable leaves the option unset.
            defaultValue = "${env:GARBOARD_KUBECONFIG}",
            description =
                    "Server and certificate, as `garboard init` writes them (default: $GARBOARD_KUBECONFIG, then the lab's).")
    private @Nullable Path file;

    Kubeconfig kubeconfig() {
        if (file != null) {
            if (!Files.isRegularFile(file)) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "there is no kubeconfig " + file
                                + "; `garboard init DIRECTORY` writes one into the site's directory");
            }
            return Kubeconfig.read(file);
        }
        var lab = ImageSite.workDirectory().resolve("lab");
        for (var candidate : new Path[] {lab.resolve("kubeconfig"), lab.resolve("site/kubeconfig")}) {
            if (Files.isRegularFile(candidate)) {
                return Kubeconfig.read(candidate);
            }
        }
        throw new CommandException(
                ExitCode.FAILED,
                "no server is known: name a kubeconfig with --kubeconfig or GARBOARD_KUBECONFIG, or start the lab: garboard lab up");
    }

    ApiClient open() {
        return new ApiClient(kubeconfig());
    }
}
