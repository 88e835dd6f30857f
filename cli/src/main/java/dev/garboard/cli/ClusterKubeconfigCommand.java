package dev.garboard.cli;

import com.google.protobuf.Duration;
import dev.garboard.agentapi.v1.KubeconfigRequest;
import dev.garboard.agentapi.v1.KubeconfigResponse;
import dev.garboard.inventory.Kinds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches access to a cluster. */
@Command(
        name = "kubeconfig",
        description = {
            "Fetch a kubeconfig for a cluster. A control plane issues it for your own role at the site: readers view, operators edit, admins"
                    + " administer. It lasts for hours only; fetch another one then."
        })
final class ClusterKubeconfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Parameters(paramLabel = "NAME", description = "The cluster.")
    private String name;

    @Option(
            names = "--hours",
            paramLabel = "HOURS",
            defaultValue = "8",
            description = "How long it lasts, 1 to 24 (default: ${DEFAULT-VALUE}).")
    private int hours;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Write it there, readable by you only, and not to standard output.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        if (hours < 1 || hours > 24) {
            throw new CommandException(ExitCode.USAGE, "--hours is " + hours + ", expected 1 to 24");
        }
        var answer = fetch();
        var out = spec.commandLine().getOut();
        if (file == null) {
            out.print(answer.getKubeconfig());
            out.flush();
            return ExitCode.OK;
        }
        write(file, answer.getKubeconfig());
        out.println("kubectl --kubeconfig " + file + " get nodes");
        out.flush();
        return ExitCode.OK;
    }

    /** From the first control plane that gives one. */
    private KubeconfigResponse fetch() {
        try (var api = site.open()) {
            var status = api.resource(Kinds.CLUSTER, name).status();
            var calls = new ClusterNodeCalls(site.kubeconfig());
            var request = KubeconfigRequest.newBuilder()
                    .setValidity(Duration.newBuilder().setSeconds(hours * 3600L))
                    .build();
            @Nullable CommandException last = null;
            for (var node : ClusterNodeCalls.controlPlanes(status)) {
                try {
                    return calls.ask(node.machine(), kubernetes -> kubernetes.kubeconfig(request));
                } catch (CommandException refused) {
                    last = refused;
                }
            }
            throw last != null
                    ? last
                    : new CommandException(
                            ExitCode.FAILED,
                            "cluster " + name + " is " + status.phase()
                                    + " and has no control plane yet that could issue one; `garboard cluster status "
                                    + name
                                    + "` says why");
        }
    }

    private static void write(Path file, String text) {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            // Anew, because permissions are set only when a file is made.
            Files.deleteIfExists(file);
            try (var channel = Files.newByteChannel(
                    file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), owner)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException failed) {
            throw new CommandException(ExitCode.FAILED, file + " cannot be written: " + failed.getMessage(), failed);
        }
    }
}
