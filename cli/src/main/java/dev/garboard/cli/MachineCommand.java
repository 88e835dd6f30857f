package dev.garboard.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The machines of the site. */
@Command(
        name = "machine",
        description = "List, show, configure, accept, reject and label the machines of the site.",
        subcommands = {
            MachineListCommand.class,
            MachineShowCommand.class,
            MachineConfigCommand.class,
            MachineAcceptCommand.class,
            MachineRejectCommand.class,
            MachineLabelCommand.class
        })
final class MachineCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do with machines");
    }
}
