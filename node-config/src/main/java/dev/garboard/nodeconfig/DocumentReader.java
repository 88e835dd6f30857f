package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Binder;
import dev.garboard.nodeconfig.binding.OneOf;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.StrictJson;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** Reads node documents of certain kinds from JSON, refusing what is unknown, missing or contradictory. */
public final class DocumentReader {

    private static final int LARGEST = 256 * 1024;

    private final Map<String, Class<? extends NodeDocument>> kinds;

    /**
     * Reads documents of these kinds.
     *
     * @param kinds records by the name of the kind, for example {@code Kubelet}
     */
    public DocumentReader(Map<String, Class<? extends NodeDocument>> kinds) {
        this.kinds = new TreeMap<>(kinds);
    }

    /** A document whose kind is not known yet. */
    private record Envelope(
            @OneOf(Documents.API_VERSION) String apiVersion, String kind, Metadata metadata, ObjectNode spec) {}

    private record Metadata(String name) {}

    /** The kinds that it reads. */
    public Set<String> kinds() {
        return Set.copyOf(kinds.keySet());
    }

    /**
     * Reads one document.
     *
     * @param label kind and name as the sender gave them, for example {@code Kubelet/default}; the content must agree
     * @throws DocumentException when anything is wrong
     */
    public NodeDocument parse(String label, byte[] content) {
        if (content.length > LARGEST) {
            throw new DocumentException(
                    label + ": the document has " + content.length + " bytes, at most " + LARGEST + " are allowed");
        }
        return parse(label, object(label, content));
    }

    /**
     * Reads one document that was parsed before.
     *
     * @param label as for the bytes of a document
     * @throws DocumentException when anything is wrong
     */
    public NodeDocument parse(String label, ObjectNode content) {
        var here = Place.root();
        var envelope = notNull(label, here, Binder.read(Envelope.class, content, here));
        var kind = kinds.get(envelope.kind());
        if (kind == null) {
            here.field("kind").wrong(envelope.kind(), "one of " + String.join(", ", kinds.keySet()));
            throw refused(label, here);
        }
        var name = envelope.metadata().name();
        if (!label.equals(envelope.kind() + "/" + name)) {
            throw new DocumentException(label + ": the document calls itself " + envelope.kind() + "/" + name);
        }
        var spec =
                Binder.read(kind.asSubclass(Record.class), envelope.spec(), here.field("spec"), Map.of("name", name));
        var document = kind.cast(notNull(label, here, spec));
        if (!document.name().equals(name)) {
            here.field("metadata").field("name").wrong(name, '"' + document.name() + '"');
            throw refused(label, here);
        }
        return document;
    }

    private static <T> T notNull(String label, Place here, @Nullable T read) {
        if (read == null) {
            throw refused(label, here);
        }
        return read;
    }

    private static DocumentException refused(String label, Place here) {
        return new DocumentException(label, here.problems());
    }

    private static ObjectNode object(String label, byte[] content) {
        try {
            if (StrictJson.parse(content) instanceof ObjectNode object) {
                return object;
            }
            throw new DocumentException(label + ": the document is not a JSON object");
        } catch (JacksonException malformed) {
            throw new DocumentException(label + ": the document is not JSON: " + malformed.getOriginalMessage());
        }
    }
}
