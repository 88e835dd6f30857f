package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.ListRules;
import dev.garboard.nodeconfig.MergeRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What differs between two sets of documents, field by field. Lists that merge by key are compared by key.
 *
 * @param documents by kind and name; those that are equal are left out
 */
public record Diff(List<DocumentChange> documents) {

    public Diff {
        documents = List.copyOf(documents);
    }

    /** Compares sets of whole documents, each as a merge makes it. */
    public static Diff between(List<ObjectNode> former, List<ObjectNode> now, MergeRules rules) {
        var before = byId(former);
        var after = byId(now);
        var ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        var changes = new ArrayList<DocumentChange>();
        for (var id : ids) {
            var change = change(id, before.get(id), after.get(id), rules.of(id.kind()));
            if (change != null) {
                changes.add(change);
            }
        }
        return new Diff(changes);
    }

    /** Whether there is no difference. */
    public boolean isEmpty() {
        return documents.isEmpty();
    }

    private static SortedMap<DocumentId, ObjectNode> byId(List<ObjectNode> documents) {
        var byId = new TreeMap<DocumentId, ObjectNode>();
        for (var document : documents) {
            if (byId.put(DocumentId.of(document), document) != null) {
                throw new IllegalArgumentException(DocumentId.of(document) + " is there twice");
            }
        }
        return byId;
    }

    private static @Nullable DocumentChange change(
            DocumentId id, @Nullable ObjectNode former, @Nullable ObjectNode now, ListRules rules) {
        var fields = new ArrayList<FieldChange>();
        compare(FieldPath.ROOT, said(former, rules), said(now, rules), fields);
        if (former == null) {
            return new DocumentChange(id, DocumentChange.Kind.ADDED, fields);
        }
        if (now == null) {
            return new DocumentChange(id, DocumentChange.Kind.REMOVED, fields);
        }
        return fields.isEmpty() ? null : new DocumentChange(id, DocumentChange.Kind.CHANGED, fields);
    }

    private static @Nullable Said said(@Nullable ObjectNode document, ListRules rules) {
        return document == null ? null : Said.read(FieldPath.ROOT, document.path(FieldPath.ROOT), rules);
    }

    private static void compare(String path, @Nullable Said former, @Nullable Said now, List<FieldChange> fields) {
        if (former == null && now == null) {
            return;
        }
        var before = membersBeside(former, now);
        var after = membersBeside(now, former);
        if (before == null
                || after == null
                || (before.members().isEmpty() && after.members().isEmpty())) {
            if (former == null || now == null || !CanonicalJson.same(former.json(), now.json())) {
                fields.add(new FieldChange(path, json(former), json(now)));
            }
            return;
        }
        var keys = new TreeSet<>(before.members().keySet());
        keys.addAll(after.members().keySet());
        for (var key : keys) {
            compare(
                    before.path(path, key),
                    before.members().get(key),
                    after.members().get(key),
                    fields);
        }
    }

    /** What is compared member by member; null when it cannot be. Nothing, and a list that is empty, have no members of whatever the other has. */
    private static Said.@Nullable Members membersBeside(@Nullable Said said, @Nullable Said other) {
        if (said instanceof Said.Members members) {
            return other instanceof Said.Members others && others.shape() != members.shape() ? null : members;
        }
        if (other instanceof Said.Members others
                && (said == null || (isEmptyList(said) && others.shape() == Said.Shape.KEYED_LIST))) {
            return new Said.Members(others.shape(), Collections.emptySortedMap(), others.json());
        }
        return null;
    }

    private static boolean isEmptyList(Said said) {
        return said.shape() == Said.Shape.WHOLE_LIST && said.json().isEmpty();
    }

    private static @Nullable JsonNode json(@Nullable Said said) {
        return said == null ? null : said.json();
    }
}
