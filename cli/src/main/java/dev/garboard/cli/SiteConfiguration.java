package dev.garboard.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a new site's {@code garboard.yaml}: every key, explained. */
final class SiteConfiguration {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z-]+)}");

    private SiteConfiguration() {}

    /**
     * Renders the file.
     *
     * @param answering whether DHCP is on from the start
     */
    static String render(String site, BootNetwork network, boolean answering, boolean lab) {
        var pool = network.subnet().poolWithout(network.address());
        var cidr = network.subnet().toString();
        return fill(
                resource("garboard.yaml"),
                Map.ofEntries(
                        Map.entry("site", site),
                        Map.entry("interface", network.interfaceName()),
                        Map.entry("address", network.address().getHostAddress()),
                        Map.entry("dhcp-enabled", Boolean.toString(answering)),
                        Map.entry("router-advertisement", Boolean.toString(lab)),
                        // Virtual machines have no TPM; people accept them in the lab too, and no rule speaks for
                        // these.
                        Map.entry("allow-weak-identity", Boolean.toString(lab)),
                        Map.entry("subnet-name", lab ? "lab" : "boot"),
                        Map.entry("cidr", cidr),
                        Map.entry("range-start", pool.first()),
                        Map.entry("range-end", pool.last()),
                        Map.entry("lease-seconds", lab ? "600" : "86400"),
                        Map.entry(
                                "enrollment-rules",
                                lab
                                        ? fill(resource("lab-rules.yaml"), Map.of("cidr", cidr))
                                                .stripTrailing()
                                        : "[]")));
    }

    private static String fill(String template, Map<String, String> values) {
        return PLACEHOLDER.matcher(template).replaceAll(match -> {
            var value = values.get(match.group(1));
            if (value == null) {
                throw new IllegalStateException("the template asks for " + match.group(1));
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String resource(String name) {
        try (var in = SiteConfiguration.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
