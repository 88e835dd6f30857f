package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Binder;
import dev.garboard.nodeconfig.binding.Default;
import dev.garboard.nodeconfig.binding.Matches;
import dev.garboard.nodeconfig.binding.Place;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The metadata of a resource as they stand in JSON; what a resource that is not stored yet has none of is left out.
 *
 * @param resourceVersion the revision, which clients must not calculate with
 */
record MetadataJson(
        String name,
        @Default(value = "", written = false) String uid,

        @Default(value = "", written = false)
        @Matches(value = "|-?\\d{1,18}", expected = "a decimal number in quotes, as this server gave it")
        String resourceVersion,

        @Default(value = "0", written = false) long generation,
        @Nullable Instant creationTimestamp,
        @Nullable Instant deletionTimestamp,
        List<String> finalizers,
        Map<String, String> labels,
        Map<String, String> annotations) {

    /** What a kubectl that read the object from elsewhere sends along; it carries no intent. */
    private static final List<String> IGNORED = List.of("managedFields", "selfLink");

    static MetadataJson of(ObjectMeta metadata) {
        var deleted = metadata.deletionTimestamp();
        return new MetadataJson(
                metadata.name(),
                metadata.uid(),
                metadata.resourceVersion() > 0 ? Long.toString(metadata.resourceVersion()) : "",
                Math.max(0, metadata.generation()),
                metadata.creationTimestamp().equals(Instant.EPOCH) ? null : seconds(metadata.creationTimestamp()),
                deleted == null ? null : seconds(deleted),
                metadata.finalizers(),
                metadata.labels(),
                metadata.annotations());
    }

    /** Null when something is wrong; {@code here} then knows what. */
    static @Nullable MetadataJson read(ObjectNode node, Place here) {
        var namespace = node.get("namespace");
        if (namespace != null) {
            here.field("namespace").wrong(namespace, "none; resources of " + Kind.GROUP + " are not in namespaces");
            return null;
        }
        var rest = node;
        if (IGNORED.stream().anyMatch(node::has)) {
            rest = node.deepCopy();
            rest.remove(IGNORED);
        }
        return Binder.read(MetadataJson.class, rest, here);
    }

    ObjectMeta metadata() {
        return new ObjectMeta(
                name,
                uid,
                resourceVersion.isEmpty() ? 0 : Math.max(0, Long.parseLong(resourceVersion)),
                generation,
                creationTimestamp == null ? Instant.EPOCH : creationTimestamp,
                labels,
                annotations,
                deletionTimestamp,
                finalizers);
    }

    /** Kubernetes' times have whole seconds. */
    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
