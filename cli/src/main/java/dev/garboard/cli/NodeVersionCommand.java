package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.VersionRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;

/** What runs on a node. */
@Command(name = "version", description = "Show the agent, image and kernel that run there.")
final class NodeVersionCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(soon(client).version(VersionRequest.getDefaultInstance()), version -> {
            line("Machine", version.getMachine());
            line("Agent", version.getAgentVersion());
            line("Image", version.getImage());
            line("Root hash", version.getImageRootHash());
            line("Kernel", version.getKernelRelease() + " " + version.getArchitecture());
            line("Java", version.getJavaVersion());
            line("Booted", version.hasBootedAt() ? instant(version.getBootedAt()) : "");
            line("Boot session", version.getBootSession());
        });
    }
}
