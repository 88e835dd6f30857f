package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.inventory.Kinds;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a running node. */
@Command(
        name = "node",
        description = "Ask a running node through its API: garboard node MACHINE services.",
        subcommands = {
            NodeVersionCommand.class,
            NodeHardwareCommand.class,
            NodeServicesCommand.class,
            NodeLogsCommand.class,
            NodeDmesgCommand.class,
            NodeInterfacesCommand.class,
            NodeResolveCommand.class,
            NodeTimeCommand.class,
            NodeContainersCommand.class,
            NodeImagesCommand.class,
            NodeContainerLogsCommand.class,
            NodeRestartCommand.class,
            NodeRebootCommand.class,
            NodeShutdownCommand.class,
            NodeResetCommand.class
        })
final class NodeCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Parameters(paramLabel = "MACHINE", description = "Its name.")
    private String machine;

    @Option(
            names = "--direct",
            description = "Straight to the node, not through the server; the server only tells its address.")
    private boolean direct;

    @Option(
            names = "--address",
            paramLabel = "HOST[:PORT]",
            description = "Straight to the node at this address; no server is asked. The port is 7444 by default.")
    private @Nullable String address;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to ask the node");
    }

    String machine() {
        return machine;
    }

    NodeClient open() {
        var kubeconfig = site.kubeconfig();
        if (address != null) {
            return NodeClient.direct(NodeAddress.parse(machine, address), kubeconfig.identity(), kubeconfig.siteCa());
        }
        if (direct) {
            return NodeClient.direct(known(kubeconfig), kubeconfig.identity(), kubeconfig.siteCa());
        }
        return NodeClient.through(kubeconfig.nodeApi(), machine, kubeconfig.identity(), kubeconfig.siteCa());
    }

    /** The address that the node told the server last. */
    private Peer known(Kubeconfig kubeconfig) {
        try (var api = new ApiClient(kubeconfig)) {
            var status = api.resource(Kinds.MACHINE, machine).status();
            if (status.address() == null) {
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        "the machine " + machine + " is " + status.phase()
                                + " and has told no address yet; `garboard boots " + machine
                                + "` shows how far it came");
            }
            return Peer.machine(machine, status.address(), status.apiPort() == 0 ? NodeAddress.PORT : status.apiPort());
        }
    }
}
