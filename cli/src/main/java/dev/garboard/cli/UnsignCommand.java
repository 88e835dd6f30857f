package dev.garboard.cli;

import dev.garboard.image.JarCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** For the build alone: before the training, whose cache holds for exactly these jars. */
@Command(
        name = "unsign",
        hidden = true,
        description =
                "Take the signatures off the jars of the distribution, so that the AOT cache of `serve` can hold their classes.")
final class UnsignCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIRECTORY", description = "Of the jars.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        JarCopy.unsign(directory);
        return ExitCode.OK;
    }
}
