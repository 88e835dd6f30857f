package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.VersionRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;

/** What runs on a node. */
@Command(name = "version", description = "Show the agent, its memory, the image and the kernel that run there.")
final class NodeVersionCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(soon(client).version(VersionRequest.getDefaultInstance()), version -> {
            line("Machine", version.getMachine());
            line("Agent", version.getAgentVersion() + memory(version.getAgentRssBytes()));
            line("Image", version.getImage());
            line("Root hash", version.getImageRootHash());
            line("Kernel", version.getKernelRelease() + " " + version.getArchitecture());
            line("Java", version.getJavaVersion());
            line("Booted", version.hasBootedAt() ? instant(version.getBootedAt()) : "");
            line("Boot session", version.getBootSession());
        });
    }

    /** An agent of an earlier version does not say. */
    private static String memory(long bytes) {
        return bytes == 0 ? "" : ", " + (bytes >> 20) + " MiB resident";
    }
}
