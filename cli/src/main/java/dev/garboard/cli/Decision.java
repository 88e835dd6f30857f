package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/** What accepting and rejecting have in common: they write one word into the machines. */
final class Decision {

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "MACHINE", arity = "1..*", description = "Names of the machines.")
    private List<String> machines;

    /** Stops at the first machine that cannot be changed; those before it are done, and were said. */
    int write(CommandSpec spec, String acceptance, boolean allowWeakIdentity) {
        var out = spec.commandLine().getOut();
        var patch = JsonNodeFactory.instance.objectNode();
        var wanted = patch.putObject("spec").put("acceptance", acceptance);
        if (allowWeakIdentity) {
            wanted.put("allowWeakIdentity", true);
        }
        try (var api = site.open()) {
            for (var machine : machines) {
                var changed = api.patch(Kinds.MACHINE, machine, patch);
                if (output.isTable()) {
                    Terminal.println(out, "machine " + machine + ": " + acceptance);
                } else {
                    output.writeNext(out, changed);
                }
                out.flush();
            }
            return ExitCode.OK;
        }
    }
}
