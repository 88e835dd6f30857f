package dev.garboard.nodeconfig.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Merges what layers say about one document, place by place from {@code spec} down. */
final class DocumentMerge {

    /** What one layer says about the place that is being merged. */
    record Say(String layer, int priority, Said said) {

        Claim claim() {
            return new Claim(layer, priority, said.json());
        }
    }

    /** Those of one priority by name, so that nothing depends on the order in which layers were given. */
    static final Comparator<Say> STRONGEST_FIRST =
            Comparator.comparingInt(Say::priority).reversed().thenComparing(Say::layer);

    private final DocumentId document;
    private final Provenance provenance;
    private final List<Conflict> conflicts;

    /** Origins and conflicts are added to what is given. */
    DocumentMerge(DocumentId document, Provenance provenance, List<Conflict> conflicts) {
        this.document = document;
        this.provenance = provenance;
        this.conflicts = conflicts;
    }

    /**
     * Merges what is said about one place and all below it.
     *
     * @param says strongest first, at least one
     * @return null when the place is empty
     */
    @Nullable JsonNode merge(String path, List<Say> says) {
        var alike = withEmptyLists(says);
        var first = alike.getFirst();
        var strongest = ofPriority(first.priority(), alike);
        var agreeing =
                strongest.stream().filter(say -> agree(first.said(), say.said())).toList();
        boolean agreed = agreeing.size() == strongest.size();
        if (agreed) {
            clash(path, first, alike);
        } else {
            conflict(path, strongest);
        }
        return switch (first.said()) {
            case Said.Removal removal -> {
                origin(path, removal.json(), agreeing, alike);
                yield null;
            }
            case Said.Value(var value) -> {
                origin(path, value, agreeing, alike);
                yield CanonicalJson.sorted(value);
            }
            // Below a conflict nothing is merged: what conflicts there would depend on which name comes first here.
            case Said.Members(var list, _, _) -> members(path, list, agreed ? alike : List.of(first));
        };
    }

    private JsonNode members(String path, boolean list, List<Say> says) {
        var merged = new TreeMap<String, JsonNode>();
        bySaidMember(list, says).forEach((key, said) -> {
            var value = merge(list ? FieldPath.element(path, key) : FieldPath.field(path, key), said);
            if (value != null) {
                merged.put(key, value);
            }
        });
        var json = list
                ? JsonNodeFactory.instance.arrayNode().addAll(merged.values())
                : JsonNodeFactory.instance.objectNode().setAll(merged);
        if (merged.isEmpty()) {
            origin(path, json, ofPriority(says.getFirst().priority(), says), List.of());
        }
        return json;
    }

    /** What is said about each member. Who removes the whole removes each member that others speak of with no more strength. */
    private static SortedMap<String, List<Say>> bySaidMember(boolean list, List<Say> says) {
        var keys = new TreeSet<String>();
        for (var say : says) {
            if (say.said() instanceof Said.Members members && members.list() == list) {
                keys.addAll(members.members().keySet());
            }
        }
        var byMember = new TreeMap<String, List<Say>>();
        for (var key : keys) {
            byMember.put(key, ofMember(key, list, says));
        }
        return byMember;
    }

    private static List<Say> ofMember(String key, boolean list, List<Say> says) {
        var said = new ArrayList<Say>();
        int weakest = Integer.MAX_VALUE;
        for (var say : says) {
            if (say.said() instanceof Said.Members(var ofList, var members, _) && ofList == list) {
                var member = members.get(key);
                if (member != null) {
                    weakest = Math.min(weakest, say.priority());
                    said.add(new Say(say.layer(), say.priority(), member));
                }
            }
        }
        for (var say : says) {
            if (say.said() instanceof Said.Removal && say.priority() >= weakest) {
                said.add(say);
            }
        }
        said.sort(STRONGEST_FIRST);
        return said;
    }

    /** An object where the first says a list or a value, and so on, is a mistake in one of them however strong they are. What a stronger layer removed clashes with nothing. */
    private void clash(String path, Say first, List<Say> says) {
        int removedBelow = Integer.MIN_VALUE;
        for (var say : says) {
            if (say.said() instanceof Said.Removal) {
                removedBelow = Math.max(removedBelow, say.priority());
            }
        }
        var clashing = new ArrayList<Say>();
        for (var say : says) {
            if (say.priority() >= removedBelow && !sameShape(first.said(), say.said())) {
                clashing.add(say);
            }
        }
        if (!clashing.isEmpty()) {
            clashing.addFirst(first);
            conflict(path, clashing);
        }
    }

    private static List<Say> ofPriority(int priority, List<Say> says) {
        return says.stream().filter(say -> say.priority() == priority).toList();
    }

    private static boolean agree(Said one, Said other) {
        if (one instanceof Said.Value(var value) && other instanceof Said.Value(var otherValue)) {
            return CanonicalJson.same(value, otherValue);
        }
        return one.getClass() == other.getClass() && sameShape(one, other);
    }

    /** Removals have every shape. */
    private static boolean sameShape(Said one, Said other) {
        return switch (one) {
            case Said.Removal _ -> true;
            case Said.Value(var value) ->
                other instanceof Said.Removal
                        || (other instanceof Said.Value(var otherValue) && value.isArray() == otherValue.isArray());
            case Said.Members(var list, _, _) ->
                other instanceof Said.Removal
                        || (other instanceof Said.Members(var otherList, _, _) && list == otherList);
        };
    }

    /** An empty list whose elements have no rule is one that merges by key where others say such a list. */
    private static List<Say> withEmptyLists(List<Say> says) {
        if (says.stream().noneMatch(say -> say.said() instanceof Said.Members(var list, _, _) && list)) {
            return says;
        }
        return says.stream().map(DocumentMerge::withEmptyList).toList();
    }

    private static Say withEmptyList(Say say) {
        if (say.said() instanceof Said.Value(var value) && value.isArray() && value.isEmpty()) {
            return new Say(say.layer(), say.priority(), new Said.Members(true, new TreeMap<>(), value));
        }
        return say;
    }

    private void conflict(String path, List<Say> says) {
        conflicts.add(new Conflict(document, path, says.stream().map(Say::claim).toList()));
    }

    private void origin(String path, JsonNode value, List<Say> setting, List<Say> says) {
        var layers = setting.stream().map(Say::layer).toList();
        provenance.add(
                document,
                path,
                new Origin(
                        layers,
                        value,
                        says.stream()
                                .filter(say -> !layers.contains(say.layer()))
                                .map(Say::claim)
                                .toList()));
    }
}
