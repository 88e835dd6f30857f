package dev.garboard.nodeconfig.binding;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A place in a tree that is read. What is wrong anywhere in the tree is collected, so that a person hears of everything at once. */
public final class Place {

    private static final int LONGEST_SHOWN = 60;

    /** A person reads no more, and a body of a mebibyte could be wrong half a million times. */
    private static final int MOST_PROBLEMS = 100;

    private final @Nullable Place above;
    private final String step;
    private final boolean bracketed;
    private final Found found;

    private Place(@Nullable Place above, String step, boolean bracketed, Found found) {
        this.above = above;
        this.step = step;
        this.bracketed = bracketed;
        this.found = found;
    }

    /** What is wrong in one tree. */
    private static final class Found {
        private final List<Problem> told = new ArrayList<>();
        private int count;
    }

    /** The whole tree. */
    public static Place root() {
        return new Place(null, "", false, new Found());
    }

    public Place field(String name) {
        return new Place(this, name, false, found);
    }

    /** An element of a list. */
    public Place element(int index) {
        return new Place(this, Integer.toString(index), true, found);
    }

    /** A value of a map. */
    public Place key(String key) {
        return new Place(this, key, true, found);
    }

    /** Tells that the value here may not be there: {@code found …, expected …}. */
    public void wrong(Object value, String expected) {
        add(Problem.Sort.WRONG, () -> {
            var node = value instanceof JsonNode json ? json : Trees.tree(value);
            return "found " + shown(node) + ", expected " + expected;
        });
    }

    void missing(String expected) {
        add(Problem.Sort.MISSING, () -> "missing, expected " + expected);
    }

    void unknown(List<String> known) {
        add(Problem.Sort.UNKNOWN, () -> "unknown field" + Suggestion.among(step, known));
    }

    /** What was found so far, here and elsewhere in the tree: the first hundred, and that there are more. */
    public List<Problem> problems() {
        if (!isFull()) {
            return List.copyOf(found.told);
        }
        var told = new ArrayList<>(found.told);
        told.add(new Problem(
                Problem.Sort.WRONG, "", "and there is more; only the first " + MOST_PROBLEMS + " are told"));
        return List.copyOf(told);
    }

    /** Of all that is wrong, told or not. */
    int count() {
        return found.count;
    }

    /** Whether more was found than is told: there is no use in looking on. */
    boolean isFull() {
        return found.count > MOST_PROBLEMS;
    }

    /** For example {@code spec.identity.macs[0]}. */
    public String path() {
        if (above == null) {
            return "";
        }
        var before = above.path();
        if (bracketed) {
            return before + "[" + step + "]";
        }
        return before.isEmpty() ? step : before + "." + step;
    }

    private void add(Problem.Sort sort, Supplier<String> message) {
        found.count++;
        if (!isFull()) {
            found.told.add(new Problem(sort, path(), message.get()));
        }
    }

    /** As JSON, which has no line breaks and escape sequences in it, and no longer than a line. */
    private static String shown(JsonNode found) {
        var text = found.toString();
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN - 3) + "..." : text;
    }
}
