package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;

/**
 * What the node is called; without one it is called as its machine is.
 *
 * @param hostname at most 64 characters, as many as the kernel takes
 */
public record Hostname(
        @Matches(
                value = "(?=.{1,64}$)" + DnsName.FORM,
                expected = "a DNS name of at most 64 small letters, digits, hyphens and dots")
        String hostname)
        implements NodeDocument {

    public static final String KIND = "Hostname";

    @Override
    public String kind() {
        return KIND;
    }
}
