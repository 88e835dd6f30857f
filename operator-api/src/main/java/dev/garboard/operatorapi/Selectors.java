package dev.garboard.operatorapi;

import dev.garboard.inventory.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The label and field selectors of a list or watch (Kubernetes, "Labels and Selectors"). */
final class Selectors {

    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^()]*)\\)");
    private static final Pattern EQUALITY = Pattern.compile("([^\\s=!]+)\\s*(==|=|!=)\\s*([^\\s=!]*)");
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?");

    private Selectors() {}

    /** Both selectors of a call; a missing one selects everything. */
    static Predicate<Resource<?, ?>> of(ApiCall call) {
        Predicate<Map<String, String>> labels = labels(call.parameter("labelSelector"));
        Predicate<String> name = name(call.parameter("fieldSelector"));
        return resource ->
                name.test(resource.name()) && labels.test(resource.metadata().labels());
    }

    static Predicate<Map<String, String>> labels(@Nullable String selector) {
        Predicate<Map<String, String>> all = _ -> true;
        for (var requirement : requirements(selector)) {
            all = all.and(label(requirement));
        }
        return all;
    }

    private static Predicate<Map<String, String>> label(String requirement) {
        var set = SET.matcher(requirement);
        if (set.matches()) {
            var key = key(set.group(1), requirement);
            var values = values(set.group(3));
            // A resource without the label is in no set, so "notin" selects it.
            return set.group(2).equals("in")
                    ? labels -> labels.containsKey(key) && values.contains(labels.get(key))
                    : labels -> !labels.containsKey(key) || !values.contains(labels.get(key));
        }
        var equality = EQUALITY.matcher(requirement);
        if (equality.matches()) {
            var key = key(equality.group(1), requirement);
            var value = equality.group(3);
            return equality.group(2).equals("!=")
                    ? labels -> !value.equals(labels.get(key))
                    : labels -> value.equals(labels.get(key));
        }
        if (requirement.startsWith("!")) {
            var key = key(requirement.substring(1).strip(), requirement);
            return labels -> !labels.containsKey(key);
        }
        var key = key(requirement, requirement);
        return labels -> labels.containsKey(key);
    }

    static Predicate<String> name(@Nullable String selector) {
        Predicate<String> all = _ -> true;
        for (var requirement : requirements(selector)) {
            var equality = EQUALITY.matcher(requirement);
            if (!equality.matches() || !equality.group(1).equals("metadata.name")) {
                throw new RefusedException(Refusal.badRequest("the field selector \"" + requirement
                        + "\" is not supported; metadata.name=NAME and metadata.name!=NAME are"));
            }
            var value = equality.group(3);
            var same = !equality.group(2).equals("!=");
            all = all.and(name -> name.equals(value) == same);
        }
        return all;
    }

    private static String key(String key, String requirement) {
        if (!KEY.matcher(key).matches()) {
            throw new RefusedException(
                    Refusal.badRequest(
                            "the label selector \"" + requirement
                                    + "\" is not understood; expected key, !key, key=value, key!=value, key in (a,b) or key notin (a,b)"));
        }
        return key;
    }

    private static Set<String> values(String list) {
        var values = new TreeSet<String>();
        for (var value : list.split(",", -1)) {
            values.add(value.strip());
        }
        return values;
    }

    /** Splits at commas, but not at those inside parentheses. */
    private static List<String> requirements(@Nullable String selector) {
        if (selector == null || selector.isBlank()) {
            return List.of();
        }
        var requirements = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < selector.length(); i++) {
            switch (selector.charAt(i)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case ',' -> {
                    if (depth == 0) {
                        requirements.add(selector.substring(start, i).strip());
                        start = i + 1;
                    }
                }
                default -> {}
            }
        }
        requirements.add(selector.substring(start).strip());
        return requirements;
    }
}
