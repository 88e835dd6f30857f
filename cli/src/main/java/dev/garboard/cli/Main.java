package dev.garboard.cli;

import dev.garboard.lab.LabCommand;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.List;
import picocli.CommandLine;

/** Runs the command line. The only class that exits. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** Every command there is, in the order in which help lists them. */
    private static List<Object> commands() {
        return List.of(
                new InitCommand(),
                new ServeCommand(),
                new UnsignCommand(),
                new TrainCommand(),
                new ImageCommand(),
                new KubernetesCommand(),
                new MachineCommand(),
                new BootsCommand(),
                new NodeCommand(),
                new ClusterCommand(),
                new CertificateCommand(),
                new LabCommand(),
                new CompletionCommand());
    }

    static CommandLine commandLine() {
        var root = new GarboardCommand();
        var line = new CommandLine(root);
        line.setOut(TerminalWriter.over(new OutputStreamWriter(System.out, System.out.charset())));
        line.setErr(TerminalWriter.over(new OutputStreamWriter(System.err, System.err.charset())));
        commands().forEach(line::addSubcommand);
        // Set last: these reach the subcommands that are there by now.
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((failure, at, parsed) -> report(failure, at, root.debug));
        return line;
    }

    private static int report(Exception failure, CommandLine at, boolean debug) {
        var message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        at.getErr().println(at.getColorScheme().errorText("garboard: " + Terminal.message(message)));
        if (debug) {
            failure.printStackTrace(at.getErr());
        }
        at.getErr().flush();
        return exitCode(failure);
    }

    private static int exitCode(Throwable failure) {
        return switch (failure) {
            case CommandException refused -> refused.exitCode();
            case ConnectException _ -> ExitCode.UNREACHABLE;
            case UncheckedIOException io when io.getCause() instanceof ConnectException -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }
}
