package dev.garboard.inventory;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where resources live. Every change gets the next global revision; a watch resumes from any revision that is still kept.
 *
 * <p>All methods block on the database: call them from a virtual thread, never from an event loop.
 */
public interface ResourceStore {

    /**
     * Stores a new resource.
     *
     * @throws ResourceExistsException when the name is taken
     */
    <S extends Record, T extends Record> Resource<S, T> create(Resource<S, T> resource);

    <S extends Record, T extends Record> Optional<Resource<S, T>> get(Kind<S, T> kind, String name);

    /** All resources of a kind by name, and the global revision they were read at. */
    <S extends Record, T extends Record> Listing<S, T> list(Kind<S, T> kind);

    /**
     * Replaces spec, labels and annotations, and keeps the stored status. A resource version other than 0 must be the stored one.
     *
     * @throws ResourceConflictException when it is not
     * @throws ResourceMissingException when there is no such resource
     */
    <S extends Record, T extends Record> Resource<S, T> replace(Resource<S, T> resource);

    /** Replaces the status only; otherwise as {@link #replace}. */
    <S extends Record, T extends Record> Resource<S, T> replaceStatus(Resource<S, T> resource);

    /**
     * Reads, changes and writes spec, status and metadata in one transaction. A change that changes nothing writes nothing and takes no
     * revision.
     *
     * @throws ResourceMissingException when there is no such resource
     */
    <S extends Record, T extends Record> Resource<S, T> update(
            Kind<S, T> kind, String name, UnaryOperator<Resource<S, T>> change);

    /**
     * Deletes a resource and returns it as it last was. One that has finalizers stays, marked with the time, until an update takes the last of
     * them away.
     *
     * @param resourceVersion 0, or the version that must be the stored one
     * @throws ResourceMissingException when there is no such resource
     * @throws ResourceConflictException when the version differs
     */
    <S extends Record, T extends Record> Resource<S, T> delete(Kind<S, T> kind, String name, long resourceVersion);

    /** Deletes a row that is there and cannot be read; false, and nothing done, when there is none such. */
    boolean discardUnreadable(Kind<?, ?> kind, String name);

    /**
     * The rows of a kind that the last {@link #list} could not read, by name, as they are stored. They are in no listing: whoever takes
     * absence for an order has to look here first.
     */
    Map<String, String> unreadable(Kind<?, ?> kind);

    /** What of the stored things cannot be used, and why. */
    SetAside setAside();

    /** The parts of this process that follow or write the store. */
    ServingParts parts();

    /** The newest revision. */
    long revision();

    /**
     * Every change of a kind after a revision, in order, until closed. The consumer runs on a virtual thread of its own; a consumer that
     * falls behind by more than the kept history is ended with {@code onEnd}.
     *
     * @param kind null means all kinds
     * @param onEnd called once when the watch ends by itself, with the reason
     * @throws RevisionGoneException when changes after that revision are no longer kept; list again
     */
    Watch watch(
            @Nullable Kind<?, ?> kind, long afterRevision, Consumer<Change> onChange, Consumer<RuntimeException> onEnd);

    /**
     * A listing at one revision.
     *
     * @param unreadable what is stored beside the items and cannot be read: the JSON by name, in the order of the names. Whoever concludes
     *     anything from what is missing among the items must look here first
     */
    record Listing<S extends Record, T extends Record>(
            long revision, List<Resource<S, T>> items, Map<String, String> unreadable) {
        public Listing {
            items = List.copyOf(items);
            unreadable = Collections.unmodifiableMap(new TreeMap<>(unreadable));
        }

        public Listing(long revision, List<Resource<S, T>> items) {
            this(revision, items, Map.of());
        }
    }

    /** One change; for a deletion the resource as it last was, with the revision of the deletion. */
    record Change(Type type, Resource<?, ?> resource) {
        /** What happened. */
        public enum Type {
            ADDED,
            MODIFIED,
            DELETED
        }
    }

    /** A running watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
