package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ResetRequest;
import io.grpc.StatusException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a node begin anew. */
@Command(
        name = "reset",
        description = {
            "Erase the disk with the node's data and restart the machine, which begins anew: etcd's data, images and volumes"
                    + " of pods are lost. Kubernetes and etcd end first.",
            "The node refuses when the disk is not the one with its data, and while etcd's cluster needs its member; it says"
                    + " what to do instead."
        })
final class NodeResetCommand extends NodeCall {

    /** Longer than pods, etcd and the other programs of a node are given to end. */
    private static final int PATIENCE_SECONDS = 300;

    @Option(
            names = "--disk",
            required = true,
            paramLabel = "DISK",
            description = "Serial number or WWID of the disk with the node's data, from `hardware`.")
    private String disk;

    @Option(names = "--yes", description = "Do not ask for the machine's name once more.")
    private boolean yes;

    @Option(
            names = "--leave-etcd-behind",
            description =
                    "Also when the node has a vote in etcd, or that cannot be known: the other members keep one that"
                            + " never answers, until it is taken out (cluster etcd remove-member); a single member's data is lost.")
    private boolean leaveEtcdBehind;

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why; kept in the boot session.")
    private String reason;

    @Override
    void ask(NodeClient client) throws StatusException {
        if (!yes) {
            TypedName.require(
                    machine(),
                    "erases the disk " + disk + " of the machine " + machine() + " with everything on it",
                    "nothing was erased");
        }
        var answer = client.api()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .reset(ResetRequest.newBuilder()
                        .setMachine(machine())
                        .setDisk(disk)
                        .setLeaveEtcdBehind(leaveEtcdBehind)
                        .setReason(reason)
                        .build());
        show(
                answer,
                done -> Terminal.println(
                        out(),
                        "the disk " + done.getDevice() + " of " + machine() + " is erased, it had the file system "
                                + done.getFileSystem() + "; the machine restarts"));
    }
}
