package dev.garboard.nodeconfig;

import tools.jackson.databind.node.ObjectNode;

/**
 * What the node is called; without one it is called as its machine is.
 *
 * @param hostname at most 64 characters, as many as the kernel takes
 */
public record Hostname(String hostname) implements NodeDocument {

    public static final String KIND = "Hostname";

    private static final int LONGEST = 64;

    @Override
    public String kind() {
        return KIND;
    }

    /** Reads what {@code spec} says. */
    public static Hostname read(Fields spec) {
        return new Hostname(spec.value("hostname", Hostname::hostname));
    }

    private static String hostname(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("a host name of at most " + LONGEST + " characters");
        }
        return Forms.dnsName(text);
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("hostname", hostname);
    }
}
