package dev.garboard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Rejects machines. */
@Command(
        name = "reject",
        description = "Reject machines: they get neither a certificate nor configuration, also when they come back.")
final class MachineRejectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private Decision decision;

    @Override
    public Integer call() {
        return decision.write(spec, "Rejected", false);
    }
}
