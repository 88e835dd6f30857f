package dev.garboard.cli;

import dev.garboard.image.ImageManifest;
import dev.garboard.image.ImageStore;
import dev.garboard.image.ImageVerifier;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows an image. */
@Command(name = "inspect", description = "Show what an image is made of: its files and every package in it.")
final class ImageInspectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ImageSite site;

    @Mixin
    private ImageOutput output;

    @Parameters(paramLabel = "IMAGE", description = "The directory of an image, or the name of an imported one.")
    private String image;

    @Override
    public Integer call() {
        var manifest = manifest();
        var out = spec.commandLine().getOut();
        if (output.isJson()) {
            var answer = new LinkedHashMap<>(ImageOutput.summary(manifest));
            answer.put("packages", manifest.packages());
            ImageOutput.json(out, answer);
        } else {
            show(out, manifest);
        }
        return ExitCode.OK;
    }

    private ImageManifest manifest() {
        if (Files.isDirectory(Path.of(image))) {
            return new ImageVerifier(site.trusted()).verify(Path.of(image));
        }
        return site.store()
                .find(image)
                .map(ImageStore.Imported::manifest)
                .orElseThrow(() -> new CommandException(
                        ExitCode.NOT_FOUND, "there is neither a directory nor an imported image called " + image));
    }

    private static void show(PrintWriter out, ImageManifest manifest) {
        ImageOutput.summary(manifest).forEach((key, value) -> {
            if (!key.equals("files")) {
                Terminal.printf(out, "%-14s %s%n", key, value);
            }
        });
        Terminal.printf(out, "%n%-10s %12s  %s%n", "FILE", "SIZE", "SHA-256");
        manifest.files()
                .forEach(file -> Terminal.printf(
                        out, "%-10s %12s  %s%n", file.role(), ImageOutput.megabytes(file.size()), file.sha256()));
        Terminal.printf(out, "%n%-7s %-36s %-28s %s%n", "TYPE", "NAME", "VERSION", "SHA-256");
        manifest.packages()
                .forEach(part -> Terminal.printf(
                        out, "%-7s %-36s %-28s %s%n", part.type(), part.name(), part.version(), part.sha256()));
        out.flush();
    }
}
