package dev.garboard.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes an image into a site's store. */
@Command(
        name = "import",
        description =
                "Verify an image and take it into the site's image store. The server serves only what was imported.")
final class ImageImportCommand implements Callable<Integer> {

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
        var imported = site.store().importFrom(directory, site.trusted());
        var out = spec.commandLine().getOut();
        if (output.isJson()) {
            var answer = new LinkedHashMap<>(ImageOutput.summary(imported.manifest()));
            answer.put("signer", imported.signer());
            answer.put("signerFingerprint", imported.signerFingerprint());
            ImageOutput.json(out, answer);
        } else {
            Terminal.println(out, "Imported " + imported.manifest().name() + ", signed by " + imported.signer() + ".");
            out.flush();
        }
        return ExitCode.OK;
    }
}
