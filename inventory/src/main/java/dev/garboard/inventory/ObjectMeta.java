package dev.garboard.inventory;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
 */
public record ObjectMeta(
        String name,
        String uid,
        long resourceVersion,
        long generation,
        Instant creationTimestamp,
        Map<String, String> labels,
        Map<String, String> annotations) {

    public ObjectMeta {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /** A resource that was not stored yet. */
    public static ObjectMeta named(String name) {
        return new ObjectMeta(name, "", 0, 0, Instant.EPOCH, Map.of(), Map.of());
    }

    public ObjectMeta withLabels(Map<String, String> newLabels) {
        return new ObjectMeta(name, uid, resourceVersion, generation, creationTimestamp, newLabels, annotations);
    }

    public ObjectMeta withAnnotations(Map<String, String> newAnnotations) {
        return new ObjectMeta(name, uid, resourceVersion, generation, creationTimestamp, labels, newAnnotations);
    }

    /** As the store makes it at creation; the clients see whole seconds, so nothing finer is kept. */
    ObjectMeta created(Instant now) {
        var time = now.truncatedTo(ChronoUnit.SECONDS);
        return new ObjectMeta(name, UUID.randomUUID().toString(), 0, 1, time, labels, annotations);
    }

    ObjectMeta withRevision(long revision) {
        return new ObjectMeta(name, uid, revision, generation, creationTimestamp, labels, annotations);
    }

    /** The annotation's value, or null. */
    public @Nullable String annotation(String key) {
        return annotations.get(key);
    }
}
