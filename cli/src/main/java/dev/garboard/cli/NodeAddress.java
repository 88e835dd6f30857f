package dev.garboard.cli;

import dev.garboard.agentapi.SiteChannels.Peer;

/** Where a node answers, as people write it: {@code HOST} or {@code HOST:PORT}. */
final class NodeAddress {

    static final int PORT = 7444;

    private NodeAddress() {}

    static Peer parse(String machine, String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        var hasPort = colon > 0 && (hostAndPort.indexOf(':') == colon || hostAndPort.charAt(colon - 1) == ']');
        try {
            return Peer.machine(
                    machine,
                    (hasPort ? hostAndPort.substring(0, colon) : hostAndPort).replaceAll("[\\[\\]]", ""),
                    hasPort ? Integer.parseInt(hostAndPort.substring(colon + 1)) : PORT);
        } catch (NumberFormatException noPort) {
            throw new CommandException(
                    ExitCode.USAGE, "--address is \"" + hostAndPort + "\", expected HOST or HOST:PORT", noPort);
        }
    }
}
