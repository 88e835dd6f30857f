package dev.garboard.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The Kubernetes clusters of the site. */
@Command(
        name = "cluster",
        description = "Make machines a Kubernetes cluster, and see how it is.",
        subcommands = {
            ClusterCreateCommand.class,
            ClusterListCommand.class,
            ClusterStatusCommand.class,
            ClusterNodesCommand.class,
            ClusterKubeconfigCommand.class,
            ClusterUpgradeCommand.class,
            ClusterDeleteCommand.class,
            ClusterEtcdCommand.class
        })
final class ClusterCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do with clusters");
    }
}
