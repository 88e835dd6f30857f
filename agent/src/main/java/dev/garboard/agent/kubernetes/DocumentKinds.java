package dev.garboard.agent.kubernetes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of documents that this agent knows, in the order in which they are applied. */
final class DocumentKinds {

    private final Map<String, DocumentApplier> appliers = new LinkedHashMap<>();

    DocumentKinds(List<DocumentApplier> appliers) {
        appliers.forEach(applier -> this.appliers.put(applier.kind(), applier));
    }

    List<DocumentApplier> appliers() {
        return List.copyOf(appliers.values());
    }

    /** Who applies documents of that kind; null when nobody does. */
    @Nullable
    DocumentApplier applier(DocumentKey key) {
        return appliers.get(key.kind());
    }

    /** For people. */
    String names() {
        return String.join(", ", appliers.keySet());
    }

    boolean isOfCluster(DocumentKey key) {
        DocumentApplier applier = applier(key);
        return applier == null || applier.ofCluster();
    }

    Absence whenAbsent(DocumentKey key) {
        DocumentApplier applier = applier(key);
        return applier == null ? Absence.TAKEN_BACK : applier.whenAbsent();
    }

    List<DocumentKey> inOrder(Iterable<DocumentKey> keys) {
        var kinds = List.copyOf(appliers.keySet());
        var sorted = new ArrayList<DocumentKey>();
        keys.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt((DocumentKey key) -> kinds.indexOf(key.kind()))
                .thenComparing(DocumentKey::kind)
                .thenComparing(DocumentKey::name));
        return sorted;
    }
}
