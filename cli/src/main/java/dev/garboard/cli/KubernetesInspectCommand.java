package dev.garboard.cli;

import dev.garboard.image.BundleStore;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a bundle. */
@Command(name = "inspect", description = "Show an imported Kubernetes bundle and every program in it.")
final class KubernetesInspectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteDirectory site;

    @Mixin
    private ImageOutput output;

    @Parameters(paramLabel = "BUNDLE", description = "The bundle's name, as `garboard kubernetes list` shows it.")
    private String name;

    @Override
    public Integer call() {
        var bundle = BundleOutput.store(site)
                .find(name)
                .orElseThrow(() -> new CommandException(
                        ExitCode.NOT_FOUND,
                        "there is no imported bundle called " + name
                                + "; `garboard kubernetes list` shows what there is"));
        var out = spec.commandLine().getOut();
        if (output.isJson()) {
            var answer = BundleOutput.summary(bundle);
            answer.put("components", bundle.manifest().components());
            ImageOutput.json(out, answer);
        } else {
            show(out, bundle);
        }
        return ExitCode.OK;
    }

    private static void show(PrintWriter out, BundleStore.Imported bundle) {
        BundleOutput.summary(bundle).forEach((key, value) -> {
            if (!key.equals("image")) {
                Terminal.printf(out, "%-18s %s%n", key, value);
            }
        });
        var image = bundle.manifest().image();
        Terminal.printf(out, "%-18s %s, SHA-256 %s%n", "image", ImageOutput.megabytes(image.size()), image.sha256());
        Terminal.printf(out, "%n%-26s %-10s %-32s %s%n", "PROGRAM", "VERSION", "PATH", "SHA-256");
        bundle.manifest()
                .components()
                .forEach(one -> Terminal.printf(
                        out,
                        "%-26s %-10s %-32s %s%n",
                        one.name(),
                        one.version().isEmpty() ? "-" : one.version(),
                        one.path(),
                        one.sha256()));
        out.flush();
    }
}
