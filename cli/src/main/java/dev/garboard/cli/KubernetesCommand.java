package dev.garboard.cli;

import picocli.CommandLine.Command;

/** Kubernetes bundles. */
@Command(
        name = "kubernetes",
        description = "Import and show Kubernetes bundles: the programs that nodes run a cluster with.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {KubernetesImportCommand.class, KubernetesListCommand.class, KubernetesInspectCommand.class})
final class KubernetesCommand {}
