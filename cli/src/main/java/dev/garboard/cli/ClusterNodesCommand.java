package dev.garboard.cli;

import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the nodes of a cluster. */
@Command(name = "nodes", description = "List the machines that have a part in a cluster, and how far each has come.")
final class ClusterNodesCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "NAME", description = "The cluster.")
    private String name;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            if (output.isTable()) {
                table(out, api.resource(Kinds.CLUSTER, name).status());
            } else {
                output.write(out, api.get(Kinds.CLUSTER, name).path("status").withArray("nodes"));
            }
            return ExitCode.OK;
        }
    }

    static void table(PrintWriter out, ClusterStatus status) {
        TextTable.print(
                out,
                List.of("Machine", "Role", "Stage", "Ready", "Version", "Address", "Pods", "Message"),
                status.nodes().stream()
                        .map(node -> List.of(
                                node.machine(),
                                node.role().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                                node.stage().name().toLowerCase(Locale.ROOT),
                                node.ready() ? "yes" : "no",
                                text(node.kubeletVersion()),
                                text(node.address()),
                                text(node.podCidr()),
                                node.message()))
                        .toList());
    }

    private static String text(@Nullable String value) {
        return value == null ? "-" : value;
    }
}
