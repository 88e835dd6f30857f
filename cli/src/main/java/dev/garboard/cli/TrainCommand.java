package dev.garboard.cli;

import dev.garboard.server.Training;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** For the build alone: what it runs is what the server's AOT cache is made from. */
@Command(
        name = "train",
        hidden = true,
        description =
                "Start a throw-away server on loopback, ask it a little and stop it, so that the build can make the AOT cache of `serve`.")
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("garboard-training");
        try {
            spec.commandLine().getOut().println(Training.run(directory));
        } finally {
            delete(directory);
        }
        return ExitCode.OK;
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
