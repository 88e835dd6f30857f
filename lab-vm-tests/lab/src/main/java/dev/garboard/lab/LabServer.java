package dev.garboard.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** The real server inside the lab's network, and the relay by which the host reaches it. */
record LabServer(LabDirectory directory, LabProcesses processes, LabNetwork network, int operatorPort) {

    static final String ROLE = "server";

    private static final int SECONDS_TO_START = 120;

    private static final String RELAY = "relay";
    private static final String OPERATORS = "operators.sock";
    private static final String NODES = "nodes.sock";

    /** The first of some pairs of ports on 127.0.0.1 that is free; several labs, or a lab and a server, can be on one host. */
    static int freePorts() {
        for (int port = 7442; port < 8442; port += 10) {
            if (isFree(port) && isFree(port + 1)) {
                return port;
            }
        }
        throw new LabException("no two neighbouring ports from 7442 to 8442 are free on 127.0.0.1");
    }

    /** The server and its relay. */
    void start(Distribution distribution) {
        serve(distribution);
        processes.start(
                "relay-inside",
                network.inside(distribution.relay(
                        "unix:" + OPERATORS,
                        "tcp:" + LabNetwork.ADDRESS + ":7442",
                        "unix:" + NODES,
                        "tcp:" + LabNetwork.ADDRESS + ":7443")),
                directory.root(),
                directory.log(RELAY));
        processes.start(
                RELAY,
                distribution.relay(
                        "tcp:127.0.0.1:" + operatorPort,
                        "unix:" + OPERATORS,
                        "tcp:127.0.0.1:" + (operatorPort + 1),
                        "unix:" + NODES),
                directory.root(),
                directory.log(RELAY));
    }

    /** The server alone. */
    void serve(Distribution distribution) {
        processes.start(
                ROLE,
                network.inside(distribution.command(
                        "serve", "--config", directory.configuration().toString())),
                directory.site(),
                directory.log(ROLE));
    }

    boolean isRunning() {
        return processes.find(ROLE).isPresent();
    }

    /** Ends the server in order; false when it was off. */
    boolean stop() {
        return processes
                .find(ROLE)
                .map(found -> {
                    LabProcesses.end(List.of(found));
                    return true;
                })
                .orElse(false);
    }

    /** Ends the server without giving it a chance to do anything; false when it was off. */
    boolean kill() {
        return processes
                .find(ROLE)
                .map(found -> {
                    found.handle().destroyForcibly();
                    found.handle().onExit().join();
                    return true;
                })
                .orElse(false);
    }

    void awaitReady(LabApi api) {
        long deadline = System.nanoTime() + SECONDS_TO_START * 1_000_000_000L;
        IOException last = new IOException("not asked yet");
        while (System.nanoTime() < deadline) {
            if (!isRunning()) {
                throw new LabException("the server ended:\n  " + tail());
            }
            if (processes.find(RELAY).isEmpty()) {
                throw new LabException("the relay from this host into the lab ended; has another lab taken the ports "
                        + operatorPort + " and " + (operatorPort + 1)
                        + " meanwhile? End this one and begin again: garboard lab down, garboard lab up. It said:\n  "
                        + String.join("\n  ", LogTail.last(directory.log(RELAY), 3)));
            }
            try {
                api.list("bootsessions");
                return;
            } catch (IOException notYet) {
                last = notYet;
            }
            Pause.millis(100);
        }
        throw new LabException("the server does not answer within " + SECONDS_TO_START + " s (" + last.getMessage()
                + "); its log, " + directory.log(ROLE) + ", ends with\n  " + tail());
    }

    private String tail() {
        List<String> lines = LogTail.last(directory.log(ROLE), 12);
        return String.join("\n  ", lines);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
