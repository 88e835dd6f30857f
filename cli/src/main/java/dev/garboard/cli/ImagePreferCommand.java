package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;

/** Chooses the image of machines that name none. */
@Command(
        name = "prefer",
        description =
                "Prefer an image: machines that name none boot it from their next boot on. Needs the running server.")
final class ImagePreferCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "IMAGE", description = "Name of an imported image.")
    private String image;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("spec").put("preferred", true);
        try (var api = site.open()) {
            var changed = api.patch(Kinds.IMAGE, image, patch);
            if (output.isTable()) {
                Terminal.println(out, "image " + image + ": preferred");
            } else {
                output.writeNext(out, changed);
            }
            out.flush();
            return ExitCode.OK;
        }
    }
}
