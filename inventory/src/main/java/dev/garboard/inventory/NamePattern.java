package dev.garboard.inventory;

import java.util.Locale;

/** Names for machines that a rule accepts: {@code {mac}}, {@code {serial}} and {@code {n}} are filled in. */
final class NamePattern {

    private NamePattern() {}

    static String fill(String pattern, String mac, String serial, int number) {
        return pattern.replace("{mac}", mac)
                .replace("{serial}", asName(serial))
                .replace("{n}", Integer.toString(number));
    }

    /** No placeholder but the three. */
    static boolean isKnown(String pattern) {
        var rest = fill(pattern, "", "", 0);
        return rest.indexOf('{') < 0 && rest.indexOf('}') < 0;
    }

    /** Whether two machines get different names. */
    static boolean tellsApart(String pattern) {
        return pattern.contains("{mac}") || pattern.contains("{serial}") || pattern.contains("{n}");
    }

    static boolean counts(String pattern) {
        return pattern.contains("{n}");
    }

    static boolean needsSerial(String pattern) {
        return pattern.contains("{serial}");
    }

    /** Serial numbers have blanks, slashes and capitals; names have not. */
    private static String asName(String serial) {
        var name = new StringBuilder();
        for (char c : serial.toLowerCase(Locale.ROOT).toCharArray()) {
            var fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (fits) {
                name.append(c);
            } else if (!name.isEmpty() && name.charAt(name.length() - 1) != '-') {
                name.append('-');
            }
        }
        while (!name.isEmpty() && name.charAt(name.length() - 1) == '-') {
            name.setLength(name.length() - 1);
        }
        return name.toString();
    }
}
