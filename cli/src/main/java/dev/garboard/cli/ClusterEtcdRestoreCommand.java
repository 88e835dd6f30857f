package dev.garboard.cli;

import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a cluster back to the state that a snapshot holds. */
@Command(
        name = "restore",
        description = {
            "Replace the whole state of a cluster by that of a snapshot. What was changed since is lost. The snapshot"
                    + " is brought to every control plane and checked there before anything is stopped; then all stop, all"
                    + " replace their data, and all start.",
            "When it was interrupted, run it again: it begins anew. Until the data of the first control plane was"
                    + " replaced it can be taken back with --abandon."
        })
final class ClusterEtcdRestoreCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterReach reach;

    @Mixin
    private ResourceOutput output;

    @Parameters(index = "0", paramLabel = "NAME", description = "The cluster.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "What `garboard cluster etcd snapshot` wrote; not needed with --abandon.")
    private @Nullable Path file;

    @Option(names = "--yes", description = "Do not ask whether that is meant.")
    private boolean yes;

    @Option(names = "--abandon", description = "Take a restore back that was interrupted: the present state stays.")
    private boolean abandon;

    @Option(
            names = "--without",
            paramLabel = "MACHINE",
            description =
                    "Go on although this control plane is not there; only for one that is off. It joins anew when it"
                            + " is back.")
    private Set<String> without = Set.of();

    @Override
    public Integer call() {
        var progress = new RestoreProgress(spec.commandLine().getOut(), output);
        var restore = new ClusterRestore(name, reach.calls(), machines(), without, progress);
        if (abandon) {
            restore.abandon();
            return ExitCode.OK;
        }
        if (file == null) {
            throw new CommandException(
                    ExitCode.USAGE, "name the snapshot to restore: garboard cluster etcd restore " + name + " FILE");
        }
        var snapshot = RestoreSnapshot.of(file);
        restore.check();
        if (!yes) {
            confirm(snapshot);
        }
        restore.run(snapshot);
        return ExitCode.OK;
    }

    /** The control planes, as they were named or as the server has them. */
    private List<String> machines() {
        if (reach.isStraight()) {
            return reach.controlPlanes(name);
        }
        var nodes = reach.cluster(name).status().nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() != Stage.WAITING)
                .toList();
        nodes.stream().filter(node -> node.stage() != Stage.MEMBER).findFirst().ifPresent(node -> {
            throw new CommandException(
                    ExitCode.FAILED,
                    "control plane " + node.machine() + " is " + (node.stage() == Stage.JOINING ? "joining" : "leaving")
                            + "; wait until it has, or take its label away: garboard cluster nodes " + name);
        });
        var machines = nodes.stream()
                .map(ClusterStatus.Node::machine)
                .filter(machine -> !without.contains(machine))
                .toList();
        if (machines.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "cluster " + name
                            + " has no control plane that a snapshot could be restored on; `garboard cluster status "
                            + name + "` says why");
        }
        return machines;
    }

    @SuppressWarnings("SystemConsoleNull") // Java 25 has none without a terminal, as before 22
    private void confirm(RestoreSnapshot snapshot) {
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "this replaces the state of the cluster " + name
                            + "; without a terminal to ask at, say that it is meant: --yes");
        }
        var typed = console.readLine(
                "This replaces the whole state of the cluster %s by that in %s (%d bytes). What was changed since is"
                        + " lost.%nType the cluster's name to go on: ",
                name, snapshot.file(), snapshot.bytes());
        if (!name.equals(typed)) {
            throw new CommandException(
                    ExitCode.FAILED, "\"" + typed + "\" is not the cluster's name; nothing was changed");
        }
    }
}
