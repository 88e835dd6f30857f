package dev.garboard.nodeconfig;

import java.util.Map;

/** How the lists of documents merge, by kind; of a kind that is not named each list merges by the rule for lists that have none. */
public record MergeRules(Map<String, ListRules> kinds) {

    /** No kind has rules of its own. */
    public static final MergeRules DEFAULT = new MergeRules(Map.of());

    public MergeRules {
        kinds = Map.copyOf(kinds);
    }

    /** The rules of one kind. */
    public ListRules of(String kind) {
        return kinds.getOrDefault(kind, ListRules.DEFAULT);
    }
}
