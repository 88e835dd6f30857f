package dev.garboard.fleet.cluster;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An API that somebody has used and that will go.
 *
 * @param removedIn minor version that has it no more, for example {@code 1.38}
 */
record DeprecatedApi(String group, String version, String resource, String removedIn) {

    /** What an API server counts since its start: one line for each API that was used. */
    private static final String METRIC = "apiserver_requested_deprecated_apis{";

    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /** Those in the text of an API server's metrics for which the version of their removal is known. */
    static List<DeprecatedApi> in(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith(METRIC))
                .map(DeprecatedApi::of)
                .filter(api -> !api.removedIn().isEmpty())
                .distinct()
                .toList();
    }

    private static DeprecatedApi of(String line) {
        return new DeprecatedApi(
                label(line, "group"), label(line, "version"), label(line, "resource"), label(line, "removed_release"));
    }

    private static String label(String line, String name) {
        return LABEL.matcher(line)
                .results()
                .filter(label -> label.group(1).equals(name))
                .map(label -> label.group(2))
                .findFirst()
                .orElse("");
    }

    /** Whether a release of that minor version still has it. */
    boolean isThereIn(String minorVersion) {
        return minor(removedIn).isEmpty()
                || minor(minorVersion).isEmpty()
                || minor(minorVersion).get() < minor(removedIn).get();
    }

    private static Optional<Integer> minor(String version) {
        var numbers = version.split("\\.", -1);
        return numbers.length < 2 || !numbers[1].matches("\\d{1,4}")
                ? Optional.empty()
                : Optional.of(Integer.parseInt(numbers[1]));
    }

    @Override
    public String toString() {
        return resource + " of " + (group.isEmpty() ? version : group + "/" + version) + " (gone in " + removedIn + ")";
    }
}
