package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists machines. */
@Command(name = "list", description = "List the machines that the server knows.")
final class MachineListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "Only machines with these labels, for example rack=1,row!=b.")
    private @Nullable String selector;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var query = selector == null ? "" : "?labelSelector=" + URLEncoder.encode(selector, StandardCharsets.UTF_8);
        try (var api = site.open()) {
            if (!output.isTable()) {
                output.write(out, api.list(Kinds.MACHINE, query));
                return ExitCode.OK;
            }
            var table = api.table(Kinds.MACHINE, query);
            if (table.path("rows").isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("No machines. One appears when it is first seen on the boot network.");
                spec.commandLine().getErr().flush();
                return ExitCode.OK;
            }
            ResourceOutput.table(out, table);
            return ExitCode.OK;
        }
    }
}
