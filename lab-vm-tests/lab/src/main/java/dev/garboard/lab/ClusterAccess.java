package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The way from the host to a cluster's API, which is inside the lab's network: a relay, and a kubeconfig that goes through it. */
record ClusterAccess(LabDirectory directory, LabState state, LabProcesses processes) {

    static final String ROLE = "cluster-relay";

    private static final String SOCKET = "cluster.sock";
    private static final Pattern SERVER = Pattern.compile("(?m)^(\\s*)\"?server\"?: \"?https://([^:/\"]+):(\\d+)\"?$");

    /** What was made. */
    record Opened(Path kubeconfig, String shown) {

        /** The beginning of kubectl's command line. */
        String command() {
            return "kubectl --kubeconfig " + shown;
        }
    }

    Opened open(String cluster) throws IOException {
        var distribution = Distribution.running();
        var file = directory.root().resolve("cluster.kubeconfig");
        Files.deleteIfExists(file);
        var fetched = Shell.run(
                processes.builder(
                        "kubeconfig",
                        distribution.command(
                                "cluster",
                                "kubeconfig",
                                cluster,
                                "--kubeconfig",
                                directory.kubeconfig().toString(),
                                "--file",
                                file.toString())),
                "");
        if (!fetched.succeeded()) {
            throw new LabException("the cluster gives no kubeconfig: " + fetched.output());
        }
        var text = Files.readString(file);
        var server = SERVER.matcher(text);
        if (!server.find()) {
            throw new LabException(file + " names no server");
        }
        int port = relay(distribution, server.group(2), server.group(3));
        // The certificate is for the address inside, which the client has to expect.
        Files.writeString(
                file,
                server.replaceFirst("$1server: https://127.0.0.1:" + port + "\n$1tls-server-name: " + server.group(2)));
        return new Opened(file, directory.shown(file));
    }

    private int relay(Distribution distribution, String address, String port) {
        var former = processes.all().stream()
                .filter(found -> found.role().startsWith(ROLE))
                .toList();
        LabProcesses.end(former);
        int outside = LabServer.freePorts();
        var network = LabNetwork.of(processes, state);
        var log = directory.log("relay");
        processes.start(
                ROLE + "-inside",
                network.inside(distribution.relay("unix:" + SOCKET, "tcp:" + address + ":" + port)),
                directory.root(),
                log);
        processes.start(ROLE, distribution.relay("tcp:127.0.0.1:" + outside, "unix:" + SOCKET), directory.root(), log);
        return outside;
    }
}
