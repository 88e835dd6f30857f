package dev.garboard.nodeconfig.binding;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A place in a tree that is read. What is wrong anywhere in the tree is collected, so that a person hears of everything at once. */
public final class Place {

    private static final int LONGEST_SHOWN = 60;

    private final @Nullable Place above;
    private final String step;
    private final boolean bracketed;
    private final List<Problem> problems;

    private Place(@Nullable Place above, String step, boolean bracketed, List<Problem> problems) {
        this.above = above;
        this.step = step;
        this.bracketed = bracketed;
        this.problems = problems;
    }

    /** The whole tree. */
    public static Place root() {
        return new Place(null, "", false, new ArrayList<>());
    }

    public Place field(String name) {
        return new Place(this, name, false, problems);
    }

    /** An element of a list. */
    public Place element(int index) {
        return new Place(this, Integer.toString(index), true, problems);
    }

    /** A value of a map. */
    public Place key(String key) {
        return new Place(this, key, true, problems);
    }

    /** Tells that the value here may not be there: {@code found …, expected …}. */
    public void wrong(Object found, String expected) {
        var node = found instanceof JsonNode json ? json : Trees.tree(found);
        add(Problem.Sort.WRONG, "found " + shown(node) + ", expected " + expected);
    }

    void missing(String expected) {
        add(Problem.Sort.MISSING, "missing, expected " + expected);
    }

    void unknown(List<String> known) {
        add(Problem.Sort.UNKNOWN, "unknown field" + Suggestion.among(step, known));
    }

    /** Everything that was found so far, here and elsewhere in the tree. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    int count() {
        return problems.size();
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

    private void add(Problem.Sort sort, String message) {
        problems.add(new Problem(sort, path(), message));
    }

    /** As JSON, which has no line breaks and escape sequences in it, and no longer than a line. */
    private static String shown(JsonNode found) {
        var text = found.toString();
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN - 3) + "..." : text;
    }
}
