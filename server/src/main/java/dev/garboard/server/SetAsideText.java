package dev.garboard.server;

import java.util.Map;
import java.util.stream.Collectors;

/** What is set aside, in one line of bounded length. */
final class SetAsideText {

    private static final int SHOWN = 5;

    private SetAsideText() {}

    static String of(Map<String, String> reasons) {
        var shown = reasons.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(SHOWN)
                .map(one -> one.getKey() + " (" + one.getValue() + ")")
                .collect(Collectors.joining(", "));
        return reasons.size() > SHOWN ? shown + " and " + (reasons.size() - SHOWN) + " more" : shown;
    }
}
