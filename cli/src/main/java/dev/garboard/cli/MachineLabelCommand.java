package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Labels a machine. */
@Command(
        name = "label",
        description = "Give a machine labels, by which clusters select it: key=value sets one, key- takes it away.")
final class MachineLabelCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(index = "0", paramLabel = "MACHINE", description = "Its name.")
    private String machine;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "LABEL", description = "key=value or key-.")
    private List<String> labels;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var patch = Labels.patch(labels);
        try (var api = site.open()) {
            var changed = api.patch(Kinds.MACHINE, machine, patch);
            if (output.isTable()) {
                Terminal.println(out, "machine " + machine + ": " + String.join(" ", labels));
                out.flush();
            } else {
                output.write(out, changed);
            }
            return ExitCode.OK;
        }
    }
}
