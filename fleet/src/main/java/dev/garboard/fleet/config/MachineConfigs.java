package dev.garboard.fleet.config;

import dev.garboard.fleet.ConfigStatus;
import dev.garboard.fleet.DesiredDocuments;
import dev.garboard.inventory.CommittedConfigs;
import dev.garboard.inventory.CommittedConfigs.AsOf;
import dev.garboard.inventory.DocumentRevisions;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.nodeconfig.DocumentException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each machine is told by NodeConfigs and its own spec. A set is stored as committed before anybody is told of it, so that it stays in
 * force, whatever becomes of the server, while what is declared cannot be merged. A change of a machine concerns that machine, one of a
 * NodeConfig those that it selects and did select.
 */
public final class MachineConfigs implements DesiredDocuments, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MachineConfigs.class);

    /** A round repeats what failed, and looks whether what could not be read is mended; it asks the database nothing when there is neither. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    /** Against another server that commits at the same time, or a reading that was overtaken. */
    private static final int ATTEMPTS = 3;

    private final ResourceStore store;
    private final CommittedConfigs committed;
    private final DocumentRevisions revisions;
    private final InstantSource clock;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> waiting = new LinkedHashSet<>();
    private boolean allWait;
    private final ServingLoop loop;
    private final ResourceMirror<NodeConfigSpec, NoStatus> configs;
    private final ResourceMirror<MachineSpec, MachineStatus> machines;
    private ResourceStore.@Nullable Listing<NodeConfigSpec, NoStatus> listing;

    private MachineConfigs(Inventory inventory, InstantSource clock) {
        this.store = inventory.store();
        this.committed = inventory.configs();
        this.revisions = inventory.documents();
        this.clock = clock;
        this.loop = ServingLoop.start(inventory.parts().part("node-configs"), LOOK_EVERY, this::settleWaiting);
        this.machines = ResourceMirror.start(store, Kinds.MACHINE, this::machineChanged);
        this.configs = ResourceMirror.start(store, Kinds.NODE_CONFIG, this::configChanged);
    }

    /** Follows the stored NodeConfigs and machines. */
    public static MachineConfigs start(Inventory inventory, InstantSource clock) {
        return new MachineConfigs(inventory, clock);
    }

    @Override
    public Optional<NodeState> of(String name) {
        try {
            return current(name);
        } catch (InvalidResourceException | DocumentException unreadable) {
            // Out of a stream's own thread it would end the stream, at each of its connections.
            log.atError().addKeyValue("machine", name).setCause(unreadable).log("no configuration");
            return Optional.empty();
        }
    }

    private Optional<NodeState> current(String name) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            var machine = store.get(Kinds.MACHINE, name);
            if (machine.isEmpty()) {
                return Optional.empty();
            }
            var state = settle(machine.get(), declared(attempt > 1));
            if (state.isPresent()) {
                return state;
            }
        }
        log.atWarn()
                .addKeyValue("machine", name)
                .log("what a machine is told was made from newer resources; it is decided again");
        mark(name);
        return Optional.empty();
    }

    /** Empty when something was committed that was made from newer resources. */
    private Optional<NodeState> settle(
            Resource<MachineSpec, MachineStatus> machine, ResourceStore.Listing<NodeConfigSpec, NoStatus> declared) {
        var uid = machine.metadata().uid();
        var known = committed.of(uid);
        var decision = ConfigDecision.of(
                machine,
                declared.items(),
                declared.unreadable().keySet(),
                known.map(CommittedDocuments::former).orElse(ConfigDecision.Former.NOTHING));
        // What was said of it in its status, a contradiction for example, has to be taken back there too.
        if (known.isEmpty() && machine.status().config() == null && !decision.saysSomething()) {
            return Optional.of(
                    new NodeState(0, List.of(), Map.of(), List.of(), NodeSettings.of(machine.name(), decision)));
        }
        var asOf = new AsOf(declared.revision(), machine.metadata().resourceVersion());
        long revision = known.map(CommittedConfigs.Committed::revision).orElse(0L);
        if (decision.hold() == null) {
            var now = committed.commit(
                    uid, asOf, decision.digest(), decision.nodeConfigs(), CommittedDocuments.text(decision.lasting()));
            if (now.isEmpty()) {
                return Optional.empty();
            }
            revision = now.get().revision();
        }
        var documents =
                NodeSettings.documents(machine.name(), Math.max(asOf.configs(), asOf.machine()), decision, revisions);
        if (documents.isEmpty()) {
            return Optional.empty();
        }
        note(machine, decision);
        return Optional.of(new NodeState(
                revision, documents.get(), Map.of(), List.of(), NodeSettings.of(machine.name(), decision)));
    }

    private void note(Resource<MachineSpec, MachineStatus> machine, ConfigDecision decision) {
        if (noted(machine.status(), decision).equals(machine.status())) {
            return;
        }
        try {
            store.update(
                    Kinds.MACHINE,
                    machine.name(),
                    found -> found.metadata().uid().equals(machine.metadata().uid())
                            ? found.withStatus(noted(found.status(), decision))
                            : found);
        } catch (ResourceMissingException deleted) {
            // Then there is nothing to say of it.
        }
    }

    private MachineStatus noted(MachineStatus status, ConfigDecision decision) {
        return ConfigStatus.decided(status, decision.digest(), decision.nodeConfigs(), decision.hold(), now());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The NodeConfigs as of their last change that was heard of, read once for all machines. */
    private synchronized ResourceStore.Listing<NodeConfigSpec, NoStatus> declared(boolean anew) {
        var known = listing;
        if (known == null || anew) {
            known = store.list(Kinds.NODE_CONFIG);
            listing = known;
        }
        return known;
    }

    /**
     * What was read before is too old. Revisions do not tell that: those of a database that was restored are lower than what was read before.
     *
     * @return whether some could not be read
     */
    private synchronized boolean forgetDeclared() {
        var known = listing;
        listing = null;
        return known != null && !known.unreadable().isEmpty();
    }

    /** Nobody is told when one that could never be read goes. */
    private void lookForMended() {
        if (isMended()) {
            markAll();
        }
    }

    private synchronized boolean isMended() {
        var known = listing;
        return known != null
                && !known.unreadable().isEmpty()
                && !known.unreadable()
                        .keySet()
                        .equals(declared(true).unreadable().keySet());
    }

    /** Asks the database nothing: a failure here would lose the change. */
    private void configChanged(
            @Nullable Resource<NodeConfigSpec, NoStatus> before, @Nullable Resource<NodeConfigSpec, NoStatus> after) {
        if (forgetDeclared()) {
            // It held up every machine, since nobody knew which ones it selects.
            markAll();
        }
        for (var machine : machines.all()) {
            if (selects(before, machine) || selects(after, machine)) {
                mark(machine.name());
            }
        }
        loop.wake();
    }

    private static boolean selects(
            @Nullable Resource<NodeConfigSpec, NoStatus> config, Resource<MachineSpec, MachineStatus> machine) {
        return config != null && config.spec().selector().matches(machine);
    }

    private void machineChanged(
            @Nullable Resource<MachineSpec, MachineStatus> before,
            @Nullable Resource<MachineSpec, MachineStatus> after) {
        if (after == null) {
            if (before != null) {
                committed.forget(before.metadata().uid());
            }
        } else if (before == null || isDecidedAnew(before, after)) {
            mark(after.name());
            loop.wake();
        }
    }

    /** A heartbeat decides nothing. */
    private static boolean isDecidedAnew(
            Resource<MachineSpec, MachineStatus> before, Resource<MachineSpec, MachineStatus> after) {
        return !before.metadata().uid().equals(after.metadata().uid())
                || !before.metadata().labels().equals(after.metadata().labels())
                || !before.spec().equals(after.spec())
                || !Objects.equals(
                        before.status().facts().get("smbios"),
                        after.status().facts().get("smbios"));
    }

    private void mark(String machine) {
        synchronized (waiting) {
            waiting.add(machine);
        }
    }

    private void markAll() {
        synchronized (waiting) {
            allWait = true;
        }
    }

    /** Those that fail hold up no other; they are tried again after a pause. */
    private void settleWaiting() {
        lookForMended();
        queueAll();
        RuntimeException first = null;
        for (var machine : takeWaiting()) {
            try {
                if (of(machine).isPresent()) {
                    listeners.forEach(listener -> listener.accept(machine));
                }
            } catch (RuntimeException failed) {
                mark(machine);
                first = first == null ? failed : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void queueAll() {
        synchronized (waiting) {
            if (!allWait) {
                return;
            }
            allWait = false;
        }
        try {
            store.list(Kinds.MACHINE).items().forEach(machine -> mark(machine.name()));
        } catch (RuntimeException failed) {
            markAll();
            throw failed;
        }
    }

    /** What is marked from now on waits for the next round. */
    private List<String> takeWaiting() {
        synchronized (waiting) {
            var taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }

    @Override
    public void listen(Consumer<String> changed) {
        listeners.add(changed);
    }

    /** It gives no orders. */
    @Override
    public void answered(String machine, List<OrderAnswer> answers) {}

    @Override
    public void close() {
        configs.close();
        machines.close();
        loop.close();
    }
}
