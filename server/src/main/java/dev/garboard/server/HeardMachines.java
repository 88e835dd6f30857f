package dev.garboard.server;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingParts;
import dev.garboard.inventory.SetAside;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The inventory as it is read by people: a machine that is connected to this server was last seen when its stream was last heard. Nodes report every
 * half minute, and the database is told only every few minutes; ten thousand of them would else be hundreds of writes a second. Watches, and readers
 * at another server of the site, get what is stored.
 */
final class HeardMachines implements ResourceStore {

    private final ResourceStore store;
    private final Function<String, Optional<Instant>> lastHeard;

    /** The function tells of a machine when it was last heard; empty when it is not connected here. */
    HeardMachines(ResourceStore store, Function<String, Optional<Instant>> lastHeard) {
        this.store = store;
        this.lastHeard = lastHeard;
    }

    @Override
    public <S extends Record, T extends Record> Optional<Resource<S, T>> get(Kind<S, T> kind, String name) {
        return store.get(kind, name).map(this::heard);
    }

    @Override
    public <S extends Record, T extends Record> Listing<S, T> list(Kind<S, T> kind) {
        var listing = store.list(kind);
        return new Listing<>(
                listing.revision(), listing.items().stream().map(this::heard).toList(), listing.unreadable());
    }

    @SuppressWarnings("unchecked") // The status stays of the type that it is of.
    private <S extends Record, T extends Record> Resource<S, T> heard(Resource<S, T> resource) {
        if (!(resource.status() instanceof MachineStatus status)) {
            return resource;
        }
        var stored = status.lastSeen();
        return lastHeard
                .apply(resource.name())
                .filter(heard -> stored == null || heard.isAfter(stored))
                .map(heard -> resource.withStatus((T) status.withLastSeen(heard)))
                .orElse(resource);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> create(Resource<S, T> resource) {
        return store.create(resource);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> replace(Resource<S, T> resource) {
        return store.replace(resource);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> replaceStatus(Resource<S, T> resource) {
        return store.replaceStatus(resource);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> update(
            Kind<S, T> kind, String name, UnaryOperator<Resource<S, T>> change) {
        return store.update(kind, name, change);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> delete(
            Kind<S, T> kind, String name, long resourceVersion) {
        return store.delete(kind, name, resourceVersion);
    }

    @Override
    public boolean discardUnreadable(Kind<?, ?> kind, String name) {
        return store.discardUnreadable(kind, name);
    }

    @Override
    public Map<String, String> unreadable(Kind<?, ?> kind) {
        return store.unreadable(kind);
    }

    @Override
    public SetAside setAside() {
        return store.setAside();
    }

    @Override
    public ServingParts parts() {
        return store.parts();
    }

    @Override
    public long revision() {
        return store.revision();
    }

    @Override
    public Watch watch(
            @Nullable Kind<?, ?> kind,
            long afterRevision,
            Consumer<Change> onChange,
            Consumer<RuntimeException> onEnd) {
        return store.watch(kind, afterRevision, onChange, onEnd);
    }
}
