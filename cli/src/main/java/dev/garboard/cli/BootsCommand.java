package dev.garboard.cli;

import dev.garboard.inventory.BootSessionSpec;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceJson;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;

/** Shows how machines booted, step by step. */
@Command(
        name = "boots",
        description = {
            "Show how machines booted: every step with its time, protocol, size and outcome; for a boot that did not finish, where it stopped"
                    + " and the likely cause."
        })
final class BootsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(
            paramLabel = "MACHINE",
            arity = "0..1",
            description = "Name of the machine, or a MAC address of one without a name (default: all machines).")
    private @Nullable String machine;

    @Option(
            names = {"-n", "--last"},
            paramLabel = "N",
            defaultValue = "10",
            description = "Show the last N boots (default: ${DEFAULT-VALUE}); 0 shows all that are kept.")
    private int last;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            var boots = choose(api.resources(Kinds.BOOT_SESSION));
            if (boots.isEmpty() && machine != null) {
                // Says so when there is no such machine at all.
                api.get(Kinds.MACHINE, machine);
            }
            if (!output.isTable()) {
                var list = JsonNodeFactory.instance.arrayNode();
                boots.forEach(boot -> list.add(ResourceJson.write(boot)));
                output.write(out, list);
            } else if (boots.isEmpty()) {
                out.println("No boots yet. One begins with a machine's first DHCP packet.");
            } else {
                boots.forEach(boot ->
                        BootTimeline.print(out, boot, InstantSource.system().instant()));
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    /** The newest last, where a terminal shows it. */
    private List<Resource<BootSessionSpec, BootSessionStatus>> choose(
            List<Resource<BootSessionSpec, BootSessionStatus>> all) {
        var ofMachine = all.stream()
                .filter(boot -> machine == null
                        || machine.equals(boot.spec().machine())
                        || machine.equalsIgnoreCase(boot.spec().mac()))
                .sorted(Comparator.comparing(boot -> boot.spec().startedAt()))
                .toList();
        return last > 0 && ofMachine.size() > last
                ? ofMachine.subList(ofMachine.size() - last, ofMachine.size())
                : ofMachine;
    }
}
