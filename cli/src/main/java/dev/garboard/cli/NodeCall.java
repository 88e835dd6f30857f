package dev.garboard.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.MachineServiceGrpc.MachineServiceBlockingV2Stub;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One question to a node. */
@Command
abstract class NodeCall implements Callable<Integer> {

    private static final int PATIENCE_SECONDS = 15;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ResourceOutput output;

    @ParentCommand
    private NodeCommand node;

    /** Asks, and shows the answer. */
    abstract void ask(NodeClient client) throws StatusException, InterruptedException;

    @Override
    public final Integer call() {
        try (var client = node.open()) {
            try {
                ask(client);
                out().flush();
                return ExitCode.OK;
            } catch (StatusException failed) {
                throw new CommandException(
                        exitCode(failed.getStatus(), client.explain(failed)),
                        node.machine() + ": " + client.explain(failed),
                        failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandException(ExitCode.FAILED, "interrupted", interrupted);
            }
        }
    }

    final String machine() {
        return node.machine();
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** The calls that are answered at once. */
    static MachineServiceBlockingV2Stub soon(NodeClient client) {
        return client.api().withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    final <M extends Message> void show(M answer, Consumer<M> asText) {
        if (output.isTable()) {
            asText.accept(answer);
        } else {
            output.write(out(), MessageJson.write(answer));
        }
    }

    /** Shows messages as they come, until the node ends the stream. */
    final <M extends Message> void follow(BlockingClientCall<?, M> call, Consumer<M> asText)
            throws StatusException, InterruptedException {
        for (M message = call.read(); message != null; message = call.read()) {
            if (output.isTable()) {
                asText.accept(message);
                out().flush();
            } else {
                output.writeNext(out(), MessageJson.write(message));
            }
        }
    }

    final void line(String name, Object value) {
        Terminal.printf(out(), "%-16s %s%n", name + ":", value.toString().isEmpty() ? "-" : value);
    }

    static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static String milliseconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.getSeconds() * 1e3 + duration.getNanos() / 1e6);
    }

    private static int exitCode(Status status, String explanation) {
        return switch (status.getCode()) {
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.REFUSED;
            // A certificate that is refused breaks the connection before there is an answer.
            case UNAVAILABLE -> explanation.contains("certificate") ? ExitCode.REFUSED : ExitCode.UNREACHABLE;
            case DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }
}
