package dev.garboard.nodeconfig.merge;

import java.util.List;

/**
 * One document that differs.
 *
 * @param fields by path, at least one, except for a document that is added or removed: all that it has
 */
public record DocumentChange(DocumentId document, Kind kind, List<FieldChange> fields) {

    /** What happens to the document. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    public DocumentChange {
        fields = List.copyOf(fields);
    }
}
