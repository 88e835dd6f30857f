package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Binder;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.StrictJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resources as JSON trees in the shape of the Kubernetes API conventions, and back. Reading is strict: an unknown field, a wrong type or
 * a missing required field is refused with its path. The rules of a kind beyond its shape are in {@link ResourceRules}.
 */
public final class ResourceJson {

    /** {@code garboard.dev/v1alpha1}. */
    public static final String API_VERSION = Kind.GROUP + "/" + Kind.VERSION;

    private ResourceJson() {}

    /** A resource whose kind is not known yet. */
    private record Envelope(
            String apiVersion,
            String kind,
            @Nullable ObjectNode metadata,
            @Nullable ObjectNode spec,
            @Nullable ObjectNode status) {}

    /** The whole resource; empty metadata fields of one not stored yet are left out. */
    public static ObjectNode write(Resource<?, ?> resource) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("apiVersion", API_VERSION);
        node.put("kind", resource.kind().name());
        node.set("metadata", Binder.write(MetadataJson.of(resource.metadata())));
        node.set("spec", Binder.write(resource.spec()));
        if (resource.kind().status() != NoStatus.class) {
            node.set("status", Binder.write(resource.status()));
        }
        return node;
    }

    /** The resource in a document of any kind; {@code kind} says which. */
    public static Resource<?, ?> read(JsonNode tree) {
        var here = Place.root();
        var envelope = envelope(tree, here);
        var kind = Kinds.named(envelope.kind()).orElse(null);
        if (kind == null) {
            var names = Kinds.all().stream().map(Kind::name).toList();
            here.field("kind").wrong(envelope.kind(), "one of " + String.join(", ", names));
            throw new InvalidResourceException(here.problems());
        }
        return read(kind, envelope, here);
    }

    /** The resource of the kind in a document. */
    public static <S extends Record, T extends Record> Resource<S, T> read(Kind<S, T> kind, JsonNode tree) {
        var here = Place.root();
        return read(kind, envelope(tree, here), here);
    }

    /** The JSON tree of a text; refuses duplicate keys and what follows the document. */
    public static JsonNode parse(String json) {
        try {
            return StrictJson.parse(json);
        } catch (JacksonException malformed) {
            throw new InvalidResourceException("not JSON: " + malformed.getOriginalMessage());
        }
    }

    /** Kubernetes' form of a time: RFC 3339, UTC, whole seconds. */
    public static String timestamp(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Envelope envelope(JsonNode tree, Place here) {
        var envelope = Binder.read(Envelope.class, tree, here);
        if (envelope == null) {
            throw new InvalidResourceException(here.problems());
        }
        return envelope;
    }

    private static <S extends Record, T extends Record> Resource<S, T> read(
            Kind<S, T> kind, Envelope envelope, Place here) {
        expect(API_VERSION, envelope.apiVersion(), here.field("apiVersion"));
        expect(kind.name(), envelope.kind(), here.field("kind"));
        var metadata = MetadataJson.read(orEmpty(envelope.metadata()), here.field("metadata"));
        var spec = Binder.read(kind.spec(), orEmpty(envelope.spec()), here.field("spec"));
        var status = Binder.read(kind.status(), orEmpty(envelope.status()), here.field("status"));
        if (metadata == null
                || spec == null
                || status == null
                || !here.problems().isEmpty()) {
            throw new InvalidResourceException(here.problems());
        }
        return new Resource<>(kind, metadata.metadata(), spec, status);
    }

    private static ObjectNode orEmpty(@Nullable ObjectNode node) {
        return node == null ? JsonNodeFactory.instance.objectNode() : node;
    }

    private static void expect(String expected, String found, Place here) {
        if (!found.equals(expected)) {
            here.wrong(found, expected);
        }
    }
}
