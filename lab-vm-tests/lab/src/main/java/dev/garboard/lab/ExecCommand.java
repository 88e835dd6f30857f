package dev.garboard.lab;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Runs a command inside the lab's network. */
@Command(
        name = "exec",
        description = "Run a command inside the lab's network: garboard lab exec -- tcpdump -ni br0",
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {" :the command's own"})
final class ExecCommand implements Callable<Integer> {

    @Mixin
    private LabOptions options;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var directory = options.directory();
        var state = LabState.required(directory);
        var processes = new LabProcesses(state.id());
        var inside = LabNetwork.of(processes, state).inside(command);
        var builder = processes.builder("exec", inside).inheritIO();
        builder.environment()
                .put("KUBECONFIG", directory.site().resolve("kubeconfig").toString());
        return builder.start().waitFor();
    }
}
