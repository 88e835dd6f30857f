package dev.garboard.nodeconfig.merge;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The origin of each field of each document, and of those that were taken away. A field is one that holds a value, a list that is taken as a whole, or an empty object or list; its path is written
 * {@code spec.links[eth0].mtu}, with the keys of maps and of list elements in brackets where they are no plain names.
 */
public final class Provenance {

    private final SortedMap<DocumentId, SortedMap<String, Origin>> origins = new TreeMap<>();

    Provenance() {}

    void add(DocumentId document, String path, Origin origin) {
        origins.computeIfAbsent(document, _ -> new TreeMap<>()).put(path, origin);
    }

    /** By document and path; documents that were taken away have the one path {@code spec}. */
    public Map<DocumentId, SortedMap<String, Origin>> origins() {
        return Collections.unmodifiableMap(origins);
    }

    /** By path; empty when no layer speaks of the document. */
    public SortedMap<String, Origin> of(DocumentId document) {
        return Collections.unmodifiableSortedMap(origins.getOrDefault(document, Collections.emptySortedMap()));
    }

    /** Of one field; null when no layer speaks of it. */
    public @Nullable Origin of(DocumentId document, String path) {
        return of(document).get(path);
    }
}
