package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.Disk;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What of the node the appliers work with.
 *
 * @param disks the disks that the node has now
 */
public record NodeParts(
        Children children,
        Supervisor supervisor,
        ServiceTable services,
        RandomGenerator random,
        Supplier<List<Disk>> disks) {}
