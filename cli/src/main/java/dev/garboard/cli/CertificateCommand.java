package dev.garboard.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The certificates of people and tools. */
@Command(
        name = "certificate",
        description = "List, revoke and renew the certificates of people and tools.",
        subcommands = {CertificateListCommand.class, CertificateRevokeCommand.class, CertificateRenewCommand.class})
final class CertificateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do with certificates");
    }
}
