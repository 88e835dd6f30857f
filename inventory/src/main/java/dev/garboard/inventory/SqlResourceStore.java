package dev.garboard.inventory;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Resources in SQL, each as one row with its JSON; leases are read from the table of {@link SqlLeases}. */
final class SqlResourceStore implements ResourceStore {

    private final Database database;
    private final Watches watches;
    private final InstantSource clock;
    private final ServingParts parts;
    private final SetAside setAside = new SetAside();
    private final Map<String, Map<String, String>> unreadable = new ConcurrentHashMap<>();

    SqlResourceStore(Database database, Watches watches, InstantSource clock, ServingParts parts) {
        this.parts = parts;
        this.database = database;
        this.watches = watches;
        this.clock = clock;
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> create(Resource<S, T> resource) {
        refuseLeases(resource.kind());
        ResourceRules.check(resource);
        return database.write(transaction -> {
            transaction.lock();
            if (ResourceRows.find(transaction.handle(), resource.kind(), resource.name())
                    .isPresent()) {
                throw new ResourceExistsException(resource.kind().name() + " " + resource.name() + " exists already");
            }
            NeighbourRules.checkNew(transaction.handle(), resource, clock.instant());
            return ResourceRows.insert(
                    transaction, resource.withMetadata(resource.metadata().created(clock.instant())));
        });
    }

    @Override
    public <S extends Record, T extends Record> Optional<Resource<S, T>> get(Kind<S, T> kind, String name) {
        return database.read(handle -> kind.equals(Kinds.LEASE)
                ? LeaseRows.find(handle, name).map(row -> cast(kind, row))
                : ResourceRows.find(handle, kind, name));
    }

    @Override
    public <S extends Record, T extends Record> Listing<S, T> list(Kind<S, T> kind) {
        if (kind.equals(Kinds.LEASE)) {
            return database.read(handle -> listLeases(handle, kind));
        }
        var rows = database.read(handle -> ResourceRows.read(handle, kind));
        unreadable.put(kind.name(), rows.listing().unreadable());
        setAside.replace("unreadable " + kind.name(), rows.reasons());
        return rows.listing();
    }

    @Override
    public boolean discardUnreadable(Kind<?, ?> kind, String name) {
        boolean discarded = !kind.equals(Kinds.LEASE)
                && database.write(transaction -> {
                    transaction.lock();
                    try {
                        var _ = ResourceRows.find(transaction.handle(), kind, name);
                        return false;
                    } catch (InvalidResourceException unreadable) {
                        ResourceRows.deleteUnreadable(transaction, kind, name);
                        return true;
                    }
                });
        if (discarded) {
            var _ = list(kind);
        }
        return discarded;
    }

    @Override
    public Map<String, String> unreadable(Kind<?, ?> kind) {
        return unreadable.getOrDefault(kind.name(), Map.of());
    }

    @Override
    public SetAside setAside() {
        return setAside;
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> replace(Resource<S, T> resource) {
        return change(
                resource.kind(),
                resource.name(),
                resource.metadata(),
                stored -> stored.withSpec(resource.spec())
                        .withMetadata(stored.metadata()
                                .withLabels(resource.metadata().labels())
                                .withAnnotations(resource.metadata().annotations())));
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> replaceStatus(Resource<S, T> resource) {
        return change(
                resource.kind(), resource.name(), resource.metadata(), stored -> stored.withStatus(resource.status()));
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> update(
            Kind<S, T> kind, String name, UnaryOperator<Resource<S, T>> change) {
        return change(kind, name, ObjectMeta.named(name), change);
    }

    @Override
    public <S extends Record, T extends Record> Resource<S, T> delete(
            Kind<S, T> kind, String name, long resourceVersion) {
        refuseLeases(kind);
        return database.write(transaction -> {
            transaction.lock();
            var stored = ResourceRows.find(transaction.handle(), kind, name).orElseThrow(() -> missing(kind, name));
            refuseOther(stored, "", resourceVersion);
            if (stored.metadata().finalizers().isEmpty()) {
                return ResourceRows.delete(transaction, stored);
            }
            return stored.metadata().isDeleting()
                    ? stored
                    : ResourceRows.update(
                            transaction,
                            stored,
                            stored.withMetadata(stored.metadata().deleting(clock.instant())));
        });
    }

    @Override
    public ServingParts parts() {
        return parts;
    }

    @Override
    public long revision() {
        return database.read(ChangeLog::revision);
    }

    @Override
    public Watch watch(
            @Nullable Kind<?, ?> kind,
            long afterRevision,
            Consumer<Change> onChange,
            Consumer<RuntimeException> onEnd) {
        return watches.start(kind, afterRevision, onChange, onEnd);
    }

    private <S extends Record, T extends Record> Resource<S, T> change(
            Kind<S, T> kind, String name, ObjectMeta base, UnaryOperator<Resource<S, T>> change) {
        refuseLeases(kind);
        return database.write(transaction -> {
            transaction.lock();
            var stored = ResourceRows.find(transaction.handle(), kind, name).orElseThrow(() -> missing(kind, name));
            refuseOther(stored, base.uid(), base.resourceVersion());
            var wanted = change.apply(stored);
            if (!wanted.name().equals(name) || !wanted.kind().equals(kind)) {
                throw new InvalidResourceException(
                        "metadata.name",
                        "found " + wanted.name() + ", expected " + name + "; a resource keeps its kind and name");
            }
            if (!wanted.spec().equals(stored.spec())) {
                NeighbourRules.checkChange(stored, wanted);
                NeighbourRules.check(transaction.handle(), wanted);
            }
            return stored.metadata().isDeleting()
                            && wanted.metadata().finalizers().isEmpty()
                    ? ResourceRows.delete(transaction, stored)
                    : ResourceRows.update(transaction, stored, wanted);
        });
    }

    private static void refuseOther(Resource<?, ?> stored, String uid, long version) {
        var metadata = stored.metadata();
        var what = stored.kind().name() + " " + stored.name();
        if (!uid.isEmpty() && !uid.equals(metadata.uid())) {
            throw new ResourceConflictException(what + " has uid " + metadata.uid() + ", and the change is for " + uid
                    + "; it was deleted and created again. Read it again");
        }
        if (version != 0 && version != metadata.resourceVersion()) {
            throw new ResourceConflictException(what + " is at version " + metadata.resourceVersion()
                    + ", and the change was made from " + version + "; read it again and repeat the change");
        }
    }

    private static <S extends Record, T extends Record> Listing<S, T> listLeases(Handle handle, Kind<S, T> kind) {
        var listing = LeaseRows.list(handle);
        return new Listing<>(
                listing.revision(),
                listing.items().stream().map(row -> cast(kind, row)).toList());
    }

    private static <S extends Record, T extends Record> Resource<S, T> cast(Kind<S, T> kind, Resource<?, ?> resource) {
        return new Resource<>(
                kind,
                resource.metadata(),
                kind.spec().cast(resource.spec()),
                kind.status().cast(resource.status()));
    }

    private static void refuseLeases(Kind<?, ?> kind) {
        if (kind.equals(Kinds.LEASE)) {
            throw new InvalidResourceException(
                    "kind", "found Lease, expected another; leases are written by the DHCP server");
        }
    }

    private static ResourceMissingException missing(Kind<?, ?> kind, String name) {
        return new ResourceMissingException("there is no " + kind.name() + " " + name);
    }
}
