package dev.garboard.operatorapi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One entry of an Accept header, in the order of the header: Kubernetes clients list what they prefer first. */
record MediaRange(String type, Map<String, String> parameters) {

    MediaRange {
        parameters = Map.copyOf(parameters);
    }

    static List<MediaRange> parse(String accept) {
        var ranges = new ArrayList<MediaRange>();
        for (var entry : accept.split(",", -1)) {
            var parts = entry.split(";", -1);
            var parameters = new HashMap<String, String>();
            for (int i = 1; i < parts.length; i++) {
                var equals = parts[i].indexOf('=');
                if (equals > 0) {
                    parameters.put(
                            parts[i].substring(0, equals).strip(),
                            parts[i].substring(equals + 1).strip());
                }
            }
            ranges.add(new MediaRange(parts[0].strip().toLowerCase(Locale.ROOT), parameters));
        }
        return ranges;
    }

    boolean includesJson() {
        return type.equals("application/json") || type.equals("application/*") || type.equals("*/*");
    }

    /** The object shape asked for, for example {@code Table}; empty when it is the resource itself. */
    String as() {
        return parameters.getOrDefault("as", "");
    }
}
