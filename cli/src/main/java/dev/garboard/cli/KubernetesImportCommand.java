package dev.garboard.cli;

import dev.garboard.image.BundleImporter;
import dev.garboard.image.ImageProgress;
import dev.garboard.trust.ReleaseKey;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a bundle of released programs. */
@Command(
        name = "import",
        description = {
            "Check released programs, make a signed, verity-protected bundle of them and take it into the site's store.",
            "Expected are kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubelet and kubectl (or all of"
                    + " them in one program called kubernetes), etcd, containerd with ctr and its shim, runc, coredns, pause"
                    + " and the CNI plugins bridge, host-local, loopback, portmap and ptp, anywhere below the directory, with"
                    + " a file SHA256SUMS at its top."
        })
final class KubernetesImportCommand implements Callable<Integer> {

    private static final List<String> ARCHITECTURES = List.of("amd64", "arm64");

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteDirectory site;

    @Mixin
    private ImageOutput output;

    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            description = "The processor that the programs must be for: amd64 or arm64 (default: ${DEFAULT-VALUE}).",
            defaultValue = "amd64")
    private String architecture;

    @Parameters(paramLabel = "INPUT", description = "A directory or a tar archive.")
    private Path input;

    @Override
    public Integer call() {
        if (!ARCHITECTURES.contains(architecture)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--architecture is " + architecture + "; expected one of " + String.join(", ", ARCHITECTURES));
        }
        var out = spec.commandLine().getOut();
        var progress = output.isJson()
                ? ImageProgress.silent()
                : new ImageBuildProgress(out, spec.commandLine().getErr(), false);
        var imported = new BundleImporter(BundleOutput.store(site), ReleaseKey.open(site.keys()))
                .importFrom(input, architecture, progress);
        if (output.isJson()) {
            ImageOutput.json(out, BundleOutput.summary(imported));
        } else {
            Terminal.println(
                    out,
                    "Imported " + imported.manifest().name() + " ("
                            + ImageOutput.megabytes(imported.manifest().image().size()) + "), signed by "
                            + imported.signer()
                            + ".");
            out.flush();
        }
        return ExitCode.OK;
    }
}
