package dev.garboard.cli;

import dev.garboard.image.ImageVerifier;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks an image. */
@Command(
        name = "verify",
        description = "Check an image's signature, every file of it, and that its parts belong together.")
final class ImageVerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ImageSite site;

    @Mixin
    private ImageOutput output;

    @Parameters(paramLabel = "DIRECTORY", description = "The image.")
    private Path directory;

    @Override
    public Integer call() {
        var trusted = site.trusted();
        var manifest = new ImageVerifier(trusted).verify(directory);
        var signer = trusted.getSubjectX500Principal().getName();
        var out = spec.commandLine().getOut();
        if (output.isJson()) {
            var answer = new LinkedHashMap<>(ImageOutput.summary(manifest));
            answer.put("signer", signer);
            ImageOutput.json(out, answer);
        } else {
            Terminal.println(out, manifest.name() + " is as " + signer + " signed it.");
            out.flush();
        }
        return ExitCode.OK;
    }
}
