package dev.garboard.inventory;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What every resource carries besides its content (Kubernetes API conventions, ObjectMeta).
 *
 * @param name unique within its kind: an RFC 1123 subdomain of at most 253 characters
 * @param uid set by the store at creation; empty before
 * @param resourceVersion global revision of the last change; 0 before the resource is stored
 * @param generation counts changes of {@code spec}, from 1
 * @param creationTimestamp set by the store; the epoch before
 * @param deletionTimestamp when its deletion was asked for; null otherwise. Set once, by the store
 * @param finalizers what must be done before it goes; the server's own, never a client's. A deletion waits until there is none
 */
public record ObjectMeta(
        String name,
        String uid,
        long resourceVersion,
        long generation,
        Instant creationTimestamp,
        Map<String, String> labels,
        Map<String, String> annotations,
        @Nullable Instant deletionTimestamp,
        List<String> finalizers) {

    public ObjectMeta {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        finalizers = List.copyOf(finalizers);
    }

    /** One that nobody deletes, and whose deletion waits for nothing. */
    public ObjectMeta(
            String name,
            String uid,
            long resourceVersion,
            long generation,
            Instant creationTimestamp,
            Map<String, String> labels,
            Map<String, String> annotations) {
        this(name, uid, resourceVersion, generation, creationTimestamp, labels, annotations, null, List.of());
    }

    /** A resource that was not stored yet. */
    public static ObjectMeta named(String name) {
        return new ObjectMeta(name, "", 0, 0, Instant.EPOCH, Map.of(), Map.of());
    }

    public ObjectMeta withLabels(Map<String, String> newLabels) {
        return new ObjectMeta(
                name,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                newLabels,
                annotations,
                deletionTimestamp,
                finalizers);
    }

    public ObjectMeta withAnnotations(Map<String, String> newAnnotations) {
        return new ObjectMeta(
                name,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                labels,
                newAnnotations,
                deletionTimestamp,
                finalizers);
    }

    public ObjectMeta withFinalizers(List<String> newFinalizers) {
        return new ObjectMeta(
                name,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                labels,
                annotations,
                deletionTimestamp,
                newFinalizers);
    }

    /** Whether its deletion was asked for. */
    public boolean isDeleting() {
        return deletionTimestamp != null;
    }

    /** As the store makes it when its deletion is asked for. */
    ObjectMeta deleting(Instant now) {
        return new ObjectMeta(
                name,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                labels,
                annotations,
                now.truncatedTo(ChronoUnit.SECONDS),
                finalizers);
    }

    /** As the store makes it at creation; the clients see whole seconds, so nothing finer is kept. */
    ObjectMeta created(Instant now) {
        var time = now.truncatedTo(ChronoUnit.SECONDS);
        return new ObjectMeta(name, UUID.randomUUID().toString(), 0, 1, time, labels, annotations);
    }

    ObjectMeta withRevision(long revision) {
        return new ObjectMeta(
                name, uid, revision, generation, creationTimestamp, labels, annotations, deletionTimestamp, finalizers);
    }

    /** The annotation's value, or null. */
    public @Nullable String annotation(String key) {
        return annotations.get(key);
    }
}
