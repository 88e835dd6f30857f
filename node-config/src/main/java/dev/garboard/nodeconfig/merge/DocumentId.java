package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.DocumentException;
import java.util.Comparator;
import tools.jackson.databind.JsonNode;

/** What tells a document from the others of a machine. Ordered by kind, then by name. */
public record DocumentId(String kind, String name) implements Comparable<DocumentId> {

    private static final Comparator<DocumentId> ORDER =
            Comparator.comparing(DocumentId::kind).thenComparing(DocumentId::name);

    /**
     * That of a document.
     *
     * @throws DocumentException when it has no kind or no name
     */
    public static DocumentId of(JsonNode document) {
        return new DocumentId(
                text(document.path("kind"), "kind"),
                text(document.path("metadata").path("name"), "metadata.name"));
    }

    private static String text(JsonNode value, String path) {
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw new DocumentException(
                    path + ": found " + (value.isMissingNode() ? "nothing" : value) + ", expected a text");
        }
        return value.stringValue();
    }

    @Override
    public int compareTo(DocumentId other) {
        return ORDER.compare(this, other);
    }

    /** For example {@code Kubelet/default}. */
    @Override
    public String toString() {
        return kind + "/" + name;
    }
}
