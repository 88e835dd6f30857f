package dev.garboard.cli;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.KubernetesUpgradeRequest;
import dev.garboard.agentapi.v1.KubernetesUpgradeResponse;
import dev.garboard.agentapi.v1.UpgradeCheck;
import dev.garboard.agentapi.v1.UpgradeOutcome;
import dev.garboard.agentapi.v1.UpgradeStep;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Declares another version, and shows what the server makes of it. */
@Command(
        name = "upgrade",
        description = {
            "Bring a cluster to another version of Kubernetes: checks first, then etcd is saved, then one node after the other.",
            "The server does it, whether this command runs or not: Ctrl-C ends only the watching, and the same command again goes on with that."
                    + " Without --version it shows the upgrade that is on its way, or the last one.",
            "Exit code 0 when every node runs the version (with --dry-run: when nothing speaks against it), 1 when a check does not pass or the"
                    + " upgrade has stopped."
        })
final class ClusterUpgradeCommand implements Callable<Integer> {

    /** A server that ends while it is being asked cancels the call. */
    private static final Set<Status.Code> LOSSES = Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);

    /** A server that was started again answers within seconds; one that stays away is worth a message. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long BETWEEN_MILLIS = 2000;
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    /** By itself, because the usual help brings a --version of its own. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "NAME", description = "The cluster.")
    private String name;

    @Option(names = "--version", paramLabel = "VERSION", description = "For example 1.37.2.")
    private @Nullable String version;

    @Option(names = "--dry-run", description = "Only look whether anything speaks against it.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        if (dryRun && version == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--dry-run needs --version");
        }
        var request = KubernetesUpgradeRequest.newBuilder()
                .setCluster(name)
                .setVersion(version == null ? "" : version)
                .setDryRun(dryRun)
                .build();
        var kubeconfig = site.kubeconfig();
        long lost = 0;
        boolean begun = false;
        while (true) {
            try (var client = NodeClient.direct(kubeconfig.nodeApi(), kubeconfig.identity(), kubeconfig.siteCa())) {
                try {
                    var stream = client.kubernetes().kubernetesUpgrade(request);
                    for (var said = stream.read(); said != null; said = stream.read()) {
                        begun = true;
                        lost = 0;
                        show(said);
                        if (said.hasOutcome()) {
                            return exitCode(said.getOutcome().getResult());
                        }
                    }
                    throw new CommandException(ExitCode.FAILED, "the server ended without an outcome; ask again");
                } catch (StatusException failed) {
                    var explained = client.explain(failed);
                    if (!begun || dryRun || !LOSSES.contains(failed.getStatus().getCode())) {
                        throw new CommandException(exitCode(failed.getStatus(), explained), explained, failed);
                    }
                    lost = lost == 0 ? System.nanoTime() : lost;
                    if (System.nanoTime() - lost > PATIENCE.toNanos()) {
                        throw new CommandException(
                                ExitCode.UNREACHABLE,
                                "the server does not come back: " + explained + "; the upgrade goes on when it does",
                                failed);
                    }
                }
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
    }

    private void show(KubernetesUpgradeResponse said) {
        var out = spec.commandLine().getOut();
        if (output.isTable()) {
            write(out, said);
            out.flush();
        } else {
            output.writeNext(out, MessageJson.write(said));
        }
    }

    private static void write(PrintWriter out, KubernetesUpgradeResponse said) {
        var time = CLOCK.format(instant(said.getTime()));
        switch (said.getProgressCase()) {
            case CHECK -> {
                UpgradeCheck check = said.getCheck();
                Terminal.printf(
                        out,
                        "%s  %s %-13s  %s%n",
                        time,
                        check.getPassed() ? "+" : "!",
                        check.getName(),
                        check.getMessage());
            }
            case STEP -> {
                UpgradeStep step = said.getStep();
                Terminal.printf(
                        out,
                        "%s  %-15s  %s%s%n",
                        time,
                        step.getPhase(),
                        step.getMachine().isEmpty() ? "" : step.getMachine() + ": ",
                        step.getMessage());
            }
            case OUTCOME -> {
                UpgradeOutcome outcome = said.getOutcome();
                Terminal.printf(out, "%s  %-15s  %s%n", time, word(outcome.getResult()), outcome.getMessage());
            }
            case PROGRESS_NOT_SET -> {
                // Something that a newer server tells.
            }
        }
    }

    private static String word(UpgradeOutcome.Result result) {
        return switch (result) {
            case RESULT_DONE -> "Done";
            case RESULT_POSSIBLE -> "Possible";
            case RESULT_REFUSED -> "Refused";
            case RESULT_STOPPED -> "Stopped";
            case RESULT_NONE -> "None";
            case RESULT_UNSPECIFIED, UNRECOGNIZED -> "Unknown";
        };
    }

    private static int exitCode(UpgradeOutcome.Result result) {
        return switch (result) {
            case RESULT_DONE, RESULT_POSSIBLE, RESULT_NONE -> ExitCode.OK;
            case RESULT_REFUSED, RESULT_STOPPED, RESULT_UNSPECIFIED, UNRECOGNIZED -> ExitCode.FAILED;
        };
    }

    private static int exitCode(Status status, String explanation) {
        return switch (status.getCode()) {
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.REFUSED;
            // A certificate that is refused breaks the connection before there is an answer.
            case UNAVAILABLE -> explanation.contains("certificate") ? ExitCode.REFUSED : ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
