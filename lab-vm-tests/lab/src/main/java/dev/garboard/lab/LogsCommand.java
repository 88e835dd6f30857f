package dev.garboard.lab;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a log of the lab. */
@Command(name = "logs", description = "Show the server's log, or the console of a machine as it was recorded.")
final class LogsCommand implements Callable<Integer> {

    private static final int MILLIS_BETWEEN_LOOKS = 200;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "server|MACHINE",
            defaultValue = LabServer.ROLE,
            description = "Whose log (default: server).")
    private String name;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "200",
            description = "How many of the last lines (default: 200).")
    private int lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Show what is added, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() {
        var directory = options.directory();
        var log = name.equals(LabServer.ROLE) ? directory.log(name) : directory.serialLog(name);
        if (!java.nio.file.Files.exists(log)) {
            throw new LabException("there is no log " + log + "; garboard lab status lists the machines");
        }
        var out = spec.commandLine().getOut();
        var tail = new LogTail(log);
        LogTail.last(log, lines).forEach(out::println);
        out.flush();
        while (follow) {
            out.print(LogTail.plain(tail.more()));
            out.flush();
            Pause.millis(MILLIS_BETWEEN_LOOKS);
        }
        return 0;
    }
}
