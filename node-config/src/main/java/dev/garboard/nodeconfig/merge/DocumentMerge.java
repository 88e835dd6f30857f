package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.merge.Said.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
    @Nullable
    JsonNode merge(String path, List<Say> says) {
        var alike = withEmptyLists(says);
        var first = alike.getFirst();
        var strongest = ofPriority(first.priority(), alike);
        var agreeing = strongest.stream()
                .filter(say -> agree(first.said(), say.said()))
                .toList();
        boolean agreed = agreeing.size() == strongest.size();
        if (agreed) {
            clash(path, strongest, alike);
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
            case Said.Members members -> members(path, members, agreed ? alike : List.of(first));
        };
    }

    private JsonNode members(String path, Said.Members strongest, List<Say> says) {
        var merged = new TreeMap<String, JsonNode>();
        bySaidMember(strongest.shape(), says).forEach((key, said) -> {
            var value = merge(strongest.path(path, key), said);
            if (value != null) {
                merged.put(key, value);
            }
        });
        var json = strongest.shape() == Shape.KEYED_LIST
                ? JsonNodeFactory.instance.arrayNode().addAll(merged.values())
                : JsonNodeFactory.instance.objectNode().setAll(merged);
        if (merged.isEmpty()) {
            origin(path, json, ofPriority(says.getFirst().priority(), says), List.of());
        }
        return json;
    }

    /** What is said about each member. Who removes the whole removes each member that others speak of with no more strength. */
    private static SortedMap<String, List<Say>> bySaidMember(Shape shape, List<Say> says) {
        var byMember = new TreeMap<String, List<Say>>();
        for (var say : says) {
            if (say.said() instanceof Said.Members whole && whole.shape() == shape) {
                whole.members()
                        .forEach((key, said) -> byMember.computeIfAbsent(key, _ -> new ArrayList<>())
                                .add(new Say(say.layer(), say.priority(), said)));
            }
        }
        var removals =
                says.stream().filter(say -> say.said().shape() == Shape.REMOVAL).toList();
        if (!removals.isEmpty()) {
            for (var said : byMember.values()) {
                int weakest = said.getLast().priority();
                said.addAll(removals.stream()
                        .filter(removal -> removal.priority() >= weakest)
                        .toList());
                said.sort(STRONGEST_FIRST);
            }
        }
        return byMember;
    }

    /** An object where the first says a list or a value, and so on, is a mistake in one of them however strong they are. What a stronger layer removed clashes with nothing. */
    private void clash(String path, List<Say> strongest, List<Say> says) {
        var shape = strongest.getFirst().said().shape();
        int removedBelow = Integer.MIN_VALUE;
        for (var say : says) {
            if (say.said().shape() == Shape.REMOVAL) {
                removedBelow = Math.max(removedBelow, say.priority());
            }
        }
        var clashing = new ArrayList<Say>();
        for (var say : says) {
            if (say.priority() >= removedBelow
                    && say.said().shape() != shape
                    && say.said().shape() != Shape.REMOVAL) {
                clashing.add(say);
            }
        }
        if (!clashing.isEmpty()) {
            clashing.addAll(0, strongest);
            conflict(path, clashing);
        }
    }

    private static List<Say> ofPriority(int priority, List<Say> says) {
        return says.stream().filter(say -> say.priority() == priority).toList();
    }

    private static boolean agree(Said one, Said other) {
        return one.shape() == other.shape()
                && (!(one instanceof Said.Value) || CanonicalJson.same(one.json(), other.json()));
    }

    /** An empty list whose elements have no rule is one that merges by key where others say such a list. */
    private static List<Say> withEmptyLists(List<Say> says) {
        if (says.stream().noneMatch(say -> say.said().shape() == Shape.KEYED_LIST)) {
            return says;
        }
        return says.stream().map(DocumentMerge::withEmptyList).toList();
    }

    private static Say withEmptyList(Say say) {
        var said = say.said();
        return said.shape() == Shape.WHOLE_LIST && said.json().isEmpty()
                ? new Say(say.layer(), say.priority(), new Said.Members(Shape.KEYED_LIST, new TreeMap<>(), said.json()))
                : say;
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
