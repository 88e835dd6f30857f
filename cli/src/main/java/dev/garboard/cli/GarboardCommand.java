package dev.garboard.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command above all others. */
@Command(
        name = "garboard",
        description = "Turns bare metal into Kubernetes nodes over the network.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommandsRepeatable = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:failed",
            "2:the command line is wrong",
            "3:no such resource or machine",
            "4:refused: no certificate, a wrong one, or too small a role",
            "5:nobody answers at the address"
        },
        footer = {"", "A first machine, virtual and complete:  garboard lab up"})
final class GarboardCommand {

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error as well.")
    boolean debug;
}
