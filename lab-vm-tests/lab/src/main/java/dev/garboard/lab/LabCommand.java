package dev.garboard.lab;

import picocli.CommandLine.Command;

/** A laboratory of virtual machines. */
@Command(
        name = "lab",
        description = {
            "A laboratory: the real server and virtual machines that boot from it, in a private network on this host.",
            "Works as root and as a user (with user namespaces). Everything lies in one directory, and down removes all that runs."
        },
        subcommands = {
            UpCommand.class,
            ClusterCommand.class,
            StatusCommand.class,
            ConsoleCommand.class,
            LogsCommand.class,
            PowerCommand.class,
            ServerCommand.class,
            ExecCommand.class,
            DownCommand.class
        })
public final class LabCommand {}
