package dev.garboard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists imported bundles. */
@Command(name = "list", description = "List the Kubernetes bundles of the site's store.")
final class KubernetesListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteDirectory site;

    @Mixin
    private ImageOutput output;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var bundles = BundleOutput.store(site).list();
        if (!output.isJson()) {
            Terminal.printf(
                    out, "%-36s %-10s %-13s %10s  %s%n", "NAME", "VERSION", "ARCHITECTURE", "SIZE", "SIGNED BY");
        }
        for (var bundle : bundles) {
            var manifest = bundle.manifest();
            if (output.isJson()) {
                ImageOutput.json(out, BundleOutput.summary(bundle));
            } else {
                Terminal.printf(
                        out,
                        "%-36s %-10s %-13s %10s  %s%n",
                        manifest.name(),
                        manifest.version(),
                        manifest.architecture(),
                        ImageOutput.megabytes(manifest.image().size()),
                        bundle.signer());
            }
        }
        out.flush();
        return ExitCode.OK;
    }
}
