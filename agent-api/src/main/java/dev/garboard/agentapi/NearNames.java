package dev.garboard.agentapi;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that come near a mistyped one, for the refusals of either end. */
public final class NearNames {

    private static final int MOST = 5;

    private NearNames() {}

    /**
     * For an error message: the nearest names, or what else helps.
     *
     * @param none said when nothing is known
     * @param far said before the number of those that are known, of which none comes near
     */
    public static String hint(String name, Collection<String> known, String none, String far) {
        if (known.isEmpty()) {
            return none;
        }
        var near = nearest(name, known);
        return near.isEmpty()
                ? "no name comes near; " + far + " " + known.size()
                : "did you mean " + String.join(", ", near) + "?";
    }

    private static List<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(one -> one.contains(name) || name.contains(one) || distance(name, one) <= 1 + name.length() / 4)
                .sorted(Comparator.<String>comparingInt(one -> distance(name, one))
                        .thenComparing(one -> one))
                .limit(MOST)
                .toList();
    }

    /** Levenshtein. */
    private static int distance(String left, String right) {
        var previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            var current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
