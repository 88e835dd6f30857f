package dev.garboard.lab;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The server's own power buttons: what happens to machines while it is away, and after it came back? */
@Command(
        name = "server",
        description = {
            "Start, stop, kill or restart the lab's server. Machines and the network stay as they are.",
            "stop lets it finish what it does; kill ends it at once, as by kill -9 or a power failure."
        })
final class ServerCommand implements Callable<Integer> {

    enum Action {
        START,
        STOP,
        KILL,
        RESTART
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Parameters(index = "0", paramLabel = "start|stop|kill|restart", description = "What to do.")
    private Action action;

    @Override
    public Integer call() throws IOException {
        var directory = options.directory();
        var state = LabState.required(directory);
        var processes = new LabProcesses(state.id());
        var network = LabNetwork.of(processes, state);
        var server = new LabServer(directory, processes, network, state.operatorPort());
        var said = switch (action) {
            case STOP -> server.stop() ? "stopped" : "is off already";
            case KILL -> server.kill() ? "killed" : "is off already";
            case START -> start(server, directory, state);
            case RESTART -> {
                server.stop();
                yield start(server, directory, state);
            }
        };
        spec.commandLine().getOut().println("server: " + said);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static String start(LabServer server, LabDirectory directory, LabState state) throws IOException {
        if (server.isRunning()) {
            return "is on already";
        }
        server.serve(Distribution.running().copyTo(directory.distribution()));
        try (var api = new LabApi(directory, state.operatorPort())) {
            server.awaitReady(api);
        }
        return "answers at https://127.0.0.1:" + state.operatorPort();
    }
}
