package dev.garboard.trust;

import java.util.Locale;

/**
 * Text that somebody else chose (a file name, a header, a name in a certificate, what a firmware calls itself), made fit for a line of a log, a table
 * or a screen: it can neither end the line, nor command the terminal, nor turn the order of what is read.
 *
 * <p>What is escaped is a rule, not a list: every code point that Unicode calls a control (C0, DEL, C1), a format character (the overrides and
 * isolates of Unicode Technical Report 36, zero-width ones, tags), a line or paragraph separator, a surrogate without its other half, private use or
 * unassigned. Data is kept as it came; only its print passes here.
 */
public final class ForeignText {

    /** As many characters of one value are printed; a name that means something is shorter. */
    public static final int LIMIT = 1000;

    private static final int LINE_FEED = '\n';

    private ForeignText() {}

    /** Up to {@link #LIMIT} characters on one line. */
    public static String printable(String text) {
        return printable(text, LIMIT);
    }

    /** On one line; of a longer text the beginning, and how many characters are left out. */
    public static String printable(String text, int limit) {
        return escaped(text, limit, false);
    }

    /** As {@link #printable(String, int)}, for a place between quotation marks, which the text cannot leave. */
    public static String quotable(String text, int limit) {
        return escaped(text, limit, true);
    }

    /** Whether a code point is printed as an escape sequence. */
    public static boolean isHostile(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** How a code point is written when it may not be printed: as in Java and JSON. */
    public static String escape(int codePoint) {
        return switch (codePoint) {
            case LINE_FEED -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                var escape = new StringBuilder();
                for (char unit : Character.toChars(codePoint)) {
                    escape.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
                yield escape.toString();
            }
        };
    }

    private static String escaped(String text, int limit, boolean quotes) {
        var kept = cut(text, limit);
        if (kept.equals(text) && kept.codePoints().noneMatch(point -> isEscaped(point, quotes))) {
            return text;
        }
        var line = new StringBuilder(kept.length() + 16);
        kept.codePoints().forEach(point -> {
            if (!isEscaped(point, quotes)) {
                line.appendCodePoint(point);
            } else if (isHostile(point)) {
                line.append(escape(point));
            } else {
                line.append('\\').appendCodePoint(point);
            }
        });
        if (kept.length() < text.length()) {
            line.append("… (").append(text.length() - kept.length()).append(" more characters)");
        }
        return line.toString();
    }

    private static boolean isEscaped(int codePoint, boolean quotes) {
        return isHostile(codePoint) || (quotes && (codePoint == '"' || codePoint == '\\'));
    }

    /** Never between the two halves of one code point. */
    private static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        boolean half = limit > 0
                && Character.isHighSurrogate(text.charAt(limit - 1))
                && Character.isLowSurrogate(text.charAt(limit));
        return text.substring(0, half ? limit - 1 : limit);
    }
}
