package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists clusters. */
@Command(name = "list", description = "List the clusters of the site.")
final class ClusterListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            if (!output.isTable()) {
                output.write(out, api.list(Kinds.CLUSTER, ""));
                return ExitCode.OK;
            }
            var table = api.table(Kinds.CLUSTER, "");
            if (table.path("rows").isEmpty()) {
                spec.commandLine().getErr().println("No clusters. Declare one: garboard cluster create NAME …");
                spec.commandLine().getErr().flush();
                return ExitCode.OK;
            }
            ResourceOutput.table(out, table);
            return ExitCode.OK;
        }
    }
}
