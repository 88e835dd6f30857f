package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.Phase;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.State;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's share in the restore of a cluster's state. Callers say what is to be next, and the thread that applies documents does it, so
 * that nothing else starts or stops etcd meanwhile.
 *
 * <p>No half-restored cluster can come about: everything that can fail happens before anything is stopped; data is replaced only where etcd
 * is stopped; and the members that were restored have another cluster id than those that were not, so that the two never mix.
 */
public final class EtcdRestore {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final EtcdRestoreFiles files;
    private Runnable changed = () -> {};
    private @Nullable Found found;
    private long stoppingSince;

    /** What the disk says of restores: the one that is under way, and the last that was completed. */
    private record Found(Optional<State> state, String restoredToken) {

        Found with(Optional<State> next) {
            return new Found(next, restoredToken);
        }
    }

    /** Reads nothing yet: the disk with the note of an earlier start is mounted later than this is made. */
    public EtcdRestore(ControlPlanePaths paths) {
        this.files = new EtcdRestoreFiles(paths);
    }

    /**
     * Finds what the last agent of this node has left of a restore; from then on it goes on. To be called where the node's disk is known,
     * that is, by whoever applies a document that comes after its {@code StateDisk}.
     */
    synchronized void open() {
        if (found == null) {
            found = new Found(files.state(), files.restoredToken());
            found.state().ifPresent(left -> LOG.info("the restore {} goes on, it was {}", left.token(), left.phase()));
        }
    }

    private Found found() {
        return Objects.requireNonNull(found, "a restore was asked for before the node's disk was known");
    }

    /** Called when something is to be done about etcd and the control plane. */
    public synchronized void onChange(Runnable listener) {
        changed = listener;
    }

    synchronized Optional<State> state() {
        return found().state();
    }

    /** Whether neither the API server nor etcd may run. */
    synchronized boolean holds() {
        return state().filter(now -> now.phase() != Phase.PREPARED).isPresent();
    }

    /** Of the last restore that was completed here; empty when there was none. */
    synchronized String restoredToken() {
        return found().restoredToken();
    }

    EtcdRestoreFiles files() {
        return files;
    }

    /** A snapshot was brought and is good. A node that is stopped stays so, for this restore instead of the one before. */
    synchronized void prepared(String token) throws IOException {
        if (state().filter(now -> now.phase() == Phase.REPLACING).isPresent()) {
            throw busy();
        }
        become(new State(state().map(State::phase).orElse(Phase.PREPARED), token));
        LOG.info("a snapshot for the restore {} is here and good", token);
    }

    /** Refuses while the restore before this one is past its last way back. */
    synchronized void requireIdle() {
        if (state().filter(now -> now.phase() == Phase.REPLACING).isPresent()) {
            throw busy();
        }
    }

    private static RuntimeException busy() {
        return KubernetesCalls.refusal(
                "this node is replacing its data by that of another restore at this moment; try again when it is done");
    }

    /** Takes a step, or refuses it. */
    void step(String token, Step step) throws IOException {
        synchronized (this) {
            if (state().isEmpty() && step == Step.REPLACE && token.equals(restoredToken())) {
                return;
            }
            var now = state().filter(one -> one.token().equals(token))
                    .orElseThrow(() -> KubernetesCalls.refusal("the restore \"" + token + "\" is not under way here ("
                            + state().map(other -> "another one is: " + other.token())
                                    .orElse("none is") + "); bring the snapshot first"));
            switch (step) {
                case STOP -> {
                    if (now.phase() == Phase.PREPARED) {
                        become(new State(Phase.STOPPING, token));
                    }
                }
                case REPLACE -> {
                    if (now.phase() == Phase.REPLACING) {
                        // Under way; noted again it might outlive its own end.
                        return;
                    }
                    if (now.phase() == Phase.PREPARED || now.phase() == Phase.STOPPING) {
                        throw KubernetesCalls.refusal(
                                "this node's phase is " + now.phase() + ", expected STOPPED; stop every member first");
                    }
                    if (now.phase() == Phase.STOPPED && !files.isMade(token)) {
                        throw KubernetesCalls.refusal(
                                "the data that was made of the snapshot is gone from this node's disk; run the restore"
                                        + " again");
                    }
                    become(new State(Phase.REPLACING, token));
                }
                case ABANDON -> {
                    if (now.phase() == Phase.REPLACING) {
                        throw KubernetesCalls.refusal("this node's data is being replaced; there is no way back");
                    }
                    files.forget();
                    found = found().with(Optional.empty());
                    LOG.info("the restore {} is abandoned", token);
                }
                default ->
                    throw Status.INVALID_ARGUMENT
                            .withDescription("the step is " + step + ", expected STOP, REPLACE or ABANDON")
                            .asRuntimeException();
            }
        }
        changed.run();
    }

    private void become(State next) throws IOException {
        files.become(next);
        found = found().with(Optional.of(next));
        stoppingSince = System.nanoTime();
    }

    /** Whether the control plane had its time to end by itself. */
    private synchronized boolean isImpatient() {
        return System.nanoTime() - stoppingSince > GRACE.toNanos();
    }

    /** What stops etcd. */
    interface Stop {
        void run() throws Exception;
    }

    /** What is to be noted of data that was replaced. */
    interface Replaced {
        void run() throws IOException;
    }

    /**
     * Does what is next, on the thread that applies documents.
     *
     * @param replaced part of the restore: if the node ends before it has run, the next start runs it
     * @throws DocumentPendingException while etcd may not run
     */
    void advance(Stop stop, Replaced replaced) throws Exception {
        var now = state().orElse(null);
        if (now == null || now.phase() == Phase.PREPARED) {
            return;
        }
        if (now.phase() == Phase.STOPPING) {
            var running = ControlPlaneProcesses.running();
            if (!running.isEmpty()) {
                if (isImpatient()) {
                    LOG.warn("{} did not end within {} s; killed", running, GRACE.toSeconds());
                    ControlPlaneProcesses.kill();
                }
                throw waiting(now, "waits until they have ended: " + String.join(", ", running));
            }
        }
        stop.run();
        if (now.phase() == Phase.REPLACING) {
            files.replace(now.token());
            replaced.run();
            files.complete(now.token());
            synchronized (this) {
                found = new Found(Optional.empty(), now.token());
            }
            LOG.info("etcd's data is that of the restore {} now", now.token());
            return;
        }
        synchronized (this) {
            // It may have been abandoned in this moment.
            if (state().equals(Optional.of(now)) && now.phase() == Phase.STOPPING) {
                become(new State(Phase.STOPPED, now.token()));
                LOG.info("etcd is stopped for the restore {}", now.token());
            }
        }
        throw waiting(now, "stopped");
    }

    private static DocumentPendingException waiting(State now, String what) {
        return new DocumentPendingException(what + ", for the restore " + now.token()
                + " of a snapshot. If nobody is at it any more, run it again: garboard cluster etcd restore;"
                + " or take it back with --abandon");
    }

    /** The member votes: the data from before is not needed any more. */
    void settled() throws IOException {
        files.deleteReplaced();
    }

    /** The node is no member any more. */
    synchronized void forget() throws IOException {
        files.deleteAll();
        found = new Found(Optional.empty(), "");
    }

    /** The static pods' programs that etcd must not be replaced under. */
    static List<String> programs() {
        return List.of(StaticPods.API_SERVER, StaticPods.CONTROLLER_MANAGER, StaticPods.SCHEDULER);
    }
}
