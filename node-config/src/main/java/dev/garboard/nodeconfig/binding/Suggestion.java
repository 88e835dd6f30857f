package dev.garboard.nodeconfig.binding;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The nearest known name to a mistyped one. */
final class Suggestion {

    private Suggestion() {}

    /** For example {@code "; did you mean rangeStart?"}, or what is known when nothing is near. */
    static String among(String found, List<String> known) {
        return nearest(found, known)
                .map(name -> "; did you mean " + name + "?")
                .orElse(known.isEmpty() ? "; there are none here" : "; known are " + String.join(", ", known));
    }

    /** The name that was probably meant. */
    static Optional<String> nearest(String found, List<String> known) {
        return known.stream()
                // No nearer than that, whatever the letters; and a name may be a mebibyte long.
                .filter(name -> Math.abs(found.length() - name.length()) <= Math.max(2, name.length() / 3))
                .min(Comparator.comparingInt(name -> distance(found, name)))
                .filter(name -> distance(found, name) <= Math.max(2, name.length() / 3));
    }

    /** Levenshtein distance, ignoring case. */
    private static int distance(String left, String right) {
        var a = left.toLowerCase(Locale.ROOT);
        var b = right.toLowerCase(Locale.ROOT);
        var previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            var current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
