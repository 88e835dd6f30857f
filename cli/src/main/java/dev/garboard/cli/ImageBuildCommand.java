package dev.garboard.cli;

import dev.garboard.image.BuiltImage;
import dev.garboard.image.ImageBuildRequest;
import dev.garboard.image.ImageBuilder;
import dev.garboard.image.Platform;
import dev.garboard.trust.ReleaseKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds and signs an image. */
@Command(
        name = "build",
        description = {
            "Build a node image out of Debian packages, this JDK and the agent, and sign it with the site's release key.",
            "Needs no root. The packages come from the mirror in this host's apt sources, checked by apt; this host is not changed."
        })
final class ImageBuildCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ImageSite site;

    @Mixin
    private ImageOutput output;

    @Option(
            names = "--platform",
            paramLabel = "PLATFORM",
            description =
                    "lab: virtual machines; metal: real ones, with drivers and firmware (default: ${DEFAULT-VALUE}).",
            defaultValue = "LAB")
    private Platform platform;

    @Option(
            names = "--agent",
            paramLabel = "DIRECTORY",
            description = "The agent's distribution (default: the one of this garboard).")
    private @Nullable Path agent;

    @Option(
            names = "--to",
            paramLabel = "DIRECTORY",
            description = "Where the image goes; an image that is there is replaced (default: PLATFORM in --work).")
    private @Nullable Path to;

    @Option(
            names = "--work",
            paramLabel = "DIRECTORY",
            description = "Package cache, logs and temporary files (default: .garboard/image).")
    private @Nullable Path work;

    @Option(
            names = "--lock",
            paramLabel = "FILE",
            description = "Where exact versions are written down (default: PLATFORM.lock in --work).")
    private @Nullable Path lock;

    @Option(
            names = "--locked",
            description = "Build from exactly the versions in the lock file, or say which are gone.")
    private boolean locked;

    @Option(
            names = "--image-version",
            paramLabel = "VERSION",
            description = "The image's version (default: the date of its packages and the start of its build id).")
    private @Nullable String version;

    @Option(
            names = "--epoch",
            paramLabel = "SECONDS",
            description = "The time that every file gets, since 1970 (default: the newest time in the packages).")
    private @Nullable Long epoch;

    @Override
    public Integer call() {
        long start = System.nanoTime();
        var workDirectory = work != null ? work : ImageSite.workDirectory().resolve("image");
        var request = new ImageBuildRequest(
                platform,
                agent != null ? agent : ownAgent(),
                site.keys().resolve("site-ca.crt"),
                ReleaseKey.open(site.keys()),
                to != null ? to : workDirectory.resolve(platform.toString()),
                workDirectory,
                lock != null ? lock : workDirectory.resolve(platform + ".lock"),
                locked,
                version,
                epoch);
        var progress = new ImageBuildProgress(
                spec.commandLine().getOut(), spec.commandLine().getErr(), output.isJson());
        var built = new ImageBuilder(request, progress).build();
        report(built, Duration.ofNanos(System.nanoTime() - start));
        return ExitCode.OK;
    }

    private static Path ownAgent() {
        var home = System.getProperty("garboard.home");
        if (home == null) {
            throw new CommandException(
                    ExitCode.USAGE, "this is not an installed garboard, so name the agent's distribution with --agent");
        }
        return Path.of(home, "agent");
    }

    private void report(BuiltImage built, Duration took) {
        var out = spec.commandLine().getOut();
        double seconds = Math.round(took.toMillis() / 100.0) / 10.0;
        if (output.isJson()) {
            var event = new LinkedHashMap<String, Object>();
            event.put("event", "built");
            event.put("directory", built.directory().toString());
            event.put("seconds", seconds);
            event.putAll(ImageOutput.summary(built.manifest()));
            ImageOutput.json(out, event);
            return;
        }
        Terminal.printf(
                out,
                Locale.ROOT,
                "%nBuilt and signed %s in %.1f s: %s%n",
                built.manifest().name(),
                seconds,
                built.directory());
        built.manifest()
                .files()
                .forEach(file ->
                        Terminal.printf(out, "  %-10s %10s%n", file.role(), ImageOutput.megabytes(file.size())));
        out.flush();
    }
}
