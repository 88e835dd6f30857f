package dev.garboard.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One of the host's package sources (sources.list(5)): where Debian's packages come from is the host's decision, so no
 * address is written here.
 *
 * @param signedBy path of a keyring, or a whole key in the form the file had it; empty for apt's default keyrings
 */
record AptSource(List<String> uris, List<String> suites, List<String> components, String signedBy) {

    private static final Pattern ONE_LINE = Pattern.compile("deb\\s+(?:\\[([^]]*)]\\s+)?(\\S+)\\s+(\\S+)\\s+(.*)");
    private static final Set<String> ALIASES = Set.of("stable", "oldstable", "testing", "unstable", "sid");

    AptSource {
        uris = List.copyOf(uris);
        suites = List.copyOf(suites);
        components = List.copyOf(components);
    }

    /** Reads the style with one line a source. */
    static List<AptSource> readLines(String text) {
        var sources = new ArrayList<AptSource>();
        for (var line : text.lines().map(String::strip).toList()) {
            var match = ONE_LINE.matcher(line.replaceFirst("\\s+#.*", ""));
            if (match.matches()) {
                var options = match.group(1) == null ? "" : match.group(1);
                var signedBy = words(options).stream()
                        .filter(option -> option.startsWith("signed-by="))
                        .map(option -> option.substring("signed-by=".length()))
                        .findFirst()
                        .orElse("");
                sources.add(new AptSource(
                        List.of(match.group(2)), List.of(match.group(3)), words(match.group(4)), signedBy));
            }
        }
        return sources;
    }

    /** Reads the style with one stanza a source (deb822). */
    static List<AptSource> readStanzas(String text) {
        var sources = new ArrayList<AptSource>();
        for (var stanza : text.split("\\n\\s*\\n", -1)) {
            var fields = fields(stanza);
            boolean enabled = !fields.getOrDefault("enabled", "yes").equalsIgnoreCase("no");
            if (enabled && words(fields.getOrDefault("types", "")).contains("deb")) {
                sources.add(new AptSource(
                        words(fields.getOrDefault("uris", "")),
                        words(fields.getOrDefault("suites", "")),
                        words(fields.getOrDefault("components", "")),
                        fields.getOrDefault("signed-by", "")));
            }
        }
        return sources;
    }

    private static Map<String, String> fields(String stanza) {
        var fields = new LinkedHashMap<String, String>();
        var last = "";
        for (var line : stanza.lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (line.startsWith(" ") || line.startsWith("\t")) {
                fields.merge(last, "\n" + line, String::concat);
            } else if (colon > 0) {
                last = line.substring(0, colon).toLowerCase(Locale.ROOT);
                fields.put(last, line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    /** Whether this is Debian itself and not somebody's repository beside it; only that is worth building a node of. */
    boolean isDebian(String codename) {
        boolean debiansKey =
                signedBy.isBlank() || signedBy.contains("debian-archive") || signedBy.contains("BEGIN PGP");
        return debiansKey
                && components.contains("main")
                && suites.stream().anyMatch(suite -> belongsTo(suite, codename));
    }

    private static boolean belongsTo(String suite, String codename) {
        var base = suite.replaceFirst("[-/](updates|security)$", "");
        return base.equals(codename) || ALIASES.contains(base);
    }

    /** The same source reduced to what an image needs, as a stanza. */
    String stanza(String codename, List<String> wantedComponents) {
        var text = "Types: deb\nURIs: " + String.join(" ", uris) + "\nSuites: "
                + String.join(
                        " ",
                        suites.stream()
                                .filter(suite -> belongsTo(suite, codename))
                                .toList())
                + "\nComponents: " + String.join(" ", wantedComponents) + "\nArchitectures: amd64\n";
        return signedBy.isBlank() ? text : text + "Signed-By: " + signedBy + "\n";
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
