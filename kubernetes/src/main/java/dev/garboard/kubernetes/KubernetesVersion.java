package dev.garboard.kubernetes;

import dev.garboard.nodeconfig.binding.FromText;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A released version of Kubernetes, such as 1.37.2.
 *
 * @param major always 1 so far
 */
public record KubernetesVersion(int major, int minor, int patch) implements Comparable<KubernetesVersion> {

    /** Minor versions whose flags and configuration files this Garboard knows, oldest first. */
    public static final List<String> SUPPORTED = List.of("1.36", "1.37");

    private static final Pattern FORM = Pattern.compile("v?(\\d{1,3})\\.(\\d{1,4})\\.(\\d{1,4})");

    /**
     * Reads a version with or without a leading {@code v}.
     *
     * @throws IllegalArgumentException when it is malformed or of a minor version that is not supported
     */
    public static KubernetesVersion parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a Kubernetes version; expected one such as 1.37.2");
        }
        var version = new KubernetesVersion(
                Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)), Integer.parseInt(match.group(3)));
        if (!SUPPORTED.contains(version.minorVersion())) {
            throw new IllegalArgumentException("Kubernetes " + version + " is not supported; this Garboard knows "
                    + String.join(" and ", SUPPORTED));
        }
        return version;
    }

    /** As {@link #parse}; a refusal goes on after "expected". */
    @FromText("a version such as 1.37.2")
    static KubernetesVersion inDocument(String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException unsupported) {
            throw new IllegalArgumentException("another: " + unsupported.getMessage(), unsupported);
        }
    }

    /** Whether a cluster of the other version may be brought to this one: no way back, and no minor version left out. */
    public boolean mayFollow(KubernetesVersion before) {
        return major == before.major && minor - before.minor <= 1 && compareTo(before) >= 0;
    }

    /** For example {@code 1.37}. */
    public String minorVersion() {
        return major + "." + minor;
    }

    /** For example {@code 1.37.2}. */
    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }

    @Override
    public int compareTo(KubernetesVersion other) {
        return java.util.Comparator.comparingInt(KubernetesVersion::major)
                .thenComparingInt(KubernetesVersion::minor)
                .thenComparingInt(KubernetesVersion::patch)
                .compare(this, other);
    }
}
