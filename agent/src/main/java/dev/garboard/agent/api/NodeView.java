package dev.garboard.agent.api;

import dev.garboard.agent.clock.TimeSync;
import dev.garboard.agent.enrollment.NodeFacts;
import dev.garboard.agent.net.NetworkState;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the machine API shows of the node.
 *
 * @param machine its name in the inventory; empty before enrolment
 * @param resolvers in use, in order
 */
public record NodeView(
        NodeFacts facts,
        Supplier<String> machine,
        Supplier<Optional<NetworkState>> network,
        Supplier<List<InetAddress>> resolvers,
        TimeSync time) {}
