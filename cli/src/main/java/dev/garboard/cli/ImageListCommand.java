package dev.garboard.cli;

import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists imported images. */
@Command(name = "list", description = "List the images of the site's store.")
final class ImageListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ImageSite site;

    @Mixin
    private ImageOutput output;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var images = site.store().list();
        if (!output.isJson()) {
            Terminal.printf(out, "%-32s %-9s %-28s %10s  %s%n", "NAME", "PLATFORM", "KERNEL", "SIZE", "SIGNED BY");
        }
        for (var image : images) {
            var manifest = image.manifest();
            if (output.isJson()) {
                var answer = new LinkedHashMap<>(ImageOutput.summary(manifest));
                answer.put("signer", image.signer());
                ImageOutput.json(out, answer);
            } else {
                long size =
                        manifest.files().stream().mapToLong(file -> file.size()).sum();
                Terminal.printf(
                        out,
                        "%-32s %-9s %-28s %10s  %s%n",
                        manifest.name(),
                        manifest.platform(),
                        manifest.kernelRelease(),
                        ImageOutput.megabytes(size),
                        image.signer());
            }
        }
        out.flush();
        return ExitCode.OK;
    }
}
