package dev.garboard.nodeconfig;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the lists of one kind of document merge; declared beside the kind. A list without a rule is keyed by {@code name} when all its elements are objects that have one, and otherwise taken as a
 * whole.
 */
public final class ListRules {

    /** No list has a rule of its own. */
    public static final ListRules DEFAULT = new ListRules(null, Map.of());

    private static final String ANY = "*";
    private static final String ELEMENT = "[]";

    private final @Nullable ListRule rule;
    private final Map<String, ListRules> below;

    private ListRules(@Nullable ListRule rule, Map<String, ListRules> below) {
        this.rule = rule;
        this.below = Map.copyOf(below);
    }

    /**
     * These rules and one more.
     *
     * @param path of the list from {@code spec} on: {@code members}, {@code chains[].members} inside the elements of a list, {@code peers.*.addresses} inside a map with free keys
     */
    public ListRules with(String path, ListRule rule) {
        return with(path.replace(ELEMENT, "." + ELEMENT).split("\\."), 0, rule);
    }

    private ListRules with(String[] steps, int at, ListRule added) {
        if (at == steps.length) {
            return new ListRules(added, below);
        }
        var changed = new HashMap<>(below);
        changed.put(steps[at], below.getOrDefault(steps[at], DEFAULT).with(steps, at + 1, added));
        return new ListRules(rule, changed);
    }

    /** The rule for the list here; null when there is none. */
    public @Nullable ListRule here() {
        return rule;
    }

    /** The rules below a field, or below a key of a map. */
    public ListRules field(String name) {
        var named = below.get(name);
        return named != null ? named : below.getOrDefault(ANY, DEFAULT);
    }

    /** The rules inside each element of the list here. */
    public ListRules element() {
        return below.getOrDefault(ELEMENT, DEFAULT);
    }
}
