package dev.garboard.agent.enrollment;

import dev.garboard.agentapi.v1.BootStep;
import dev.garboard.agentapi.v1.Hardware;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a node says about itself.
 *
 * @param bootSession from the kernel command line; may be empty
 * @param bootMac of the card that has the node's address
 * @param address without prefix length; empty without network
 */
public record NodeFacts(
        String agentVersion,
        String image,
        String imageRootHash,
        String kernelRelease,
        String bootSession,
        Supplier<Hardware> hardware,
        Supplier<String> bootMac,
        Supplier<String> address,
        Supplier<List<BootStep>> steps) {}
