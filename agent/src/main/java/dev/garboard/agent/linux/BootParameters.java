package dev.garboard.agent.linux;

import java.util.regex.Pattern;

/**
 * The {@code garboard.*} words of the kernel command line. Nobody signs them: they say to which boot this start belongs and
 * where to connect, and nothing is trusted because of them.
 *
 * @param session 32 hexadecimal digits, or empty
 * @param server {@code host:port} of the boot server, or empty
 * @param mac address of the card that booted, lower case with colons, or empty
 */
public record BootParameters(String session, String server, String mac) {

    private static final Pattern SESSION = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern SERVER =
            Pattern.compile("[0-9A-Za-z.-]{1,253}:[0-9]{1,5}|\\[[0-9a-fA-F:]{2,39}]:[0-9]{1,5}");
    private static final Pattern MAC = Pattern.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}");

    /** Reads a command line; a word that is not well formed counts as absent, the last of several wins. */
    public static BootParameters parse(String commandLine) {
        String session = "";
        String server = "";
        String mac = "";
        for (String word : commandLine.strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String value = word.substring(equals + 1);
            switch (word.substring(0, equals)) {
                case "garboard.session" -> session = ifMatches(SESSION, value);
                case "garboard.server" -> server = ifMatches(SERVER, value);
                case "garboard.mac" ->
                    mac = ifMatches(
                            MAC, value.toLowerCase(java.util.Locale.ROOT).replace('-', ':'));
                default -> {
                    // Words of the kernel.
                }
            }
        }
        return new BootParameters(session, server, mac);
    }

    private static String ifMatches(Pattern form, String value) {
        return form.matcher(value).matches() ? value : "";
    }
}
