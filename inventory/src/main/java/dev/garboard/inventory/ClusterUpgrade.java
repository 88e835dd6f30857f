package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How far a cluster is on its way to another version. Every step is stored before it is taken, so that a server that comes back goes on
 * where the last one was; which nodes have been moved already stands with the nodes.
 *
 * @param from version that the cluster ran when it began
 * @param bundle name of the bundle of {@code to}; null until the checks have passed
 * @param machine the node whose turn it is; null between two of them
 * @param step what happens to that node; null between two of them
 * @param keepCordon whether that node took no pods before its turn either, by somebody's will: it stays so
 * @param message what it does now or waits for
 * @param failure why it does not go on, with what helps; empty while it goes on
 * @param since when phase, machine or step changed last
 * @param snapshot of etcd, taken before the first change; null until then
 * @param endpointWatches how many clients followed the API's EndpointSlices before the first change: kube-proxies, name servers and whoever
 *     else leads traffic to pods
 * @param finished when every node had arrived; null until then
 */
public record ClusterUpgrade(
        String from,
        String to,
        @Nullable String bundle,
        Phase phase,
        @Nullable String machine,
        @Nullable Step step,
        @Default("false") boolean keepCordon,
        @Default("") String message,
        @Default("") String failure,
        Instant started,
        Instant since,
        @Nullable ClusterSnapshot snapshot,
        @Default("0") int endpointWatches,
        @Nullable Instant finished) {

    /** One that has just been declared. */
    public static ClusterUpgrade begun(String from, String to, Instant now) {
        return new ClusterUpgrade(from, to, null, Phase.CHECKING, null, null, false, "", "", now, now, null, 0, null);
    }

    /** Whether it is on its way, stopped or not. */
    public boolean isActive() {
        return phase != Phase.DONE;
    }

    /** Whether nodes are to have the new bundle ready. */
    public boolean isFetched() {
        return isActive() && phase.compareTo(Phase.FETCHING) >= 0;
    }

    /** In another phase, between two nodes. */
    public ClusterUpgrade in(Phase next, Instant now) {
        return with(change -> {
            change.phase = next;
            change.place(null, null, false, now);
            change.finished = next == Phase.DONE ? now : finished;
        });
    }

    public ClusterUpgrade withBundle(String name) {
        return with(change -> change.bundle = name);
    }

    public ClusterUpgrade withSnapshot(ClusterSnapshot taken) {
        return with(change -> change.snapshot = taken);
    }

    public ClusterUpgrade withEndpointWatches(int number) {
        return with(change -> change.endpointWatches = number);
    }

    /** At a node, or between two with null and null. */
    public ClusterUpgrade at(@Nullable String newMachine, @Nullable Step newStep, boolean newKeepCordon, Instant now) {
        return with(change -> change.place(newMachine, newStep, newKeepCordon, now));
    }

    /** At the same place as before. */
    public ClusterUpgrade saying(String newMessage, String newFailure) {
        return with(change -> {
            change.message = newMessage;
            change.failure = newFailure;
        });
    }

    private ClusterUpgrade with(Consumer<Copy> change) {
        var copy = new Copy(this);
        change.accept(copy);
        return copy.made();
    }

    /** The one place where the components stand in their order; changes name them. */
    private static final class Copy {

        private final ClusterUpgrade before;
        private @Nullable String bundle;
        private Phase phase;
        private @Nullable String machine;
        private @Nullable Step step;
        private boolean keepCordon;
        private String message;
        private String failure;
        private Instant since;
        private @Nullable ClusterSnapshot snapshot;
        private int endpointWatches;
        private @Nullable Instant finished;

        Copy(ClusterUpgrade before) {
            this.before = before;
            this.bundle = before.bundle;
            this.phase = before.phase;
            this.machine = before.machine;
            this.step = before.step;
            this.keepCordon = before.keepCordon;
            this.message = before.message;
            this.failure = before.failure;
            this.since = before.since;
            this.snapshot = before.snapshot;
            this.endpointWatches = before.endpointWatches;
            this.finished = before.finished;
        }

        /** Somewhere else, where nothing has been said yet. */
        void place(@Nullable String newMachine, @Nullable Step newStep, boolean newKeepCordon, Instant now) {
            machine = newMachine;
            step = newStep;
            keepCordon = newKeepCordon;
            message = "";
            failure = "";
            since = now;
        }

        ClusterUpgrade made() {
            return new ClusterUpgrade(
                    before.from,
                    before.to,
                    bundle,
                    phase,
                    machine,
                    step,
                    keepCordon,
                    message,
                    failure,
                    before.started,
                    since,
                    snapshot,
                    endpointWatches,
                    finished);
        }
    }

    /** The parts of an upgrade, in their order. */
    public enum Phase {
        /** Whether anything speaks against it; nothing has changed yet. */
        CHECKING,
        /** The state of etcd is saved. */
        SAVING,
        /** Every node fetches, verifies and mounts the new bundle beside the one that it runs. */
        FETCHING,
        /** One control plane after the other. */
        CONTROL_PLANES,
        /** One worker after the other. */
        WORKERS,
        /** What runs inside the cluster, kube-proxy above all. */
        ADD_ONS,
        DONE
    }

    /** What happens to one node. */
    public enum Step {
        /** It takes no more pods, and those that it has go elsewhere. */
        DRAINING,
        /** It leaves its bundle for the new one. */
        SWAPPING,
        /** It takes pods again. */
        RETURNING
    }
}
