package dev.garboard.cli;

import dev.garboard.trust.ForeignText;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/** Prints what servers, nodes and files said: every value stays on its line, and none of it commands the terminal. */
final class Terminal {

    /** A refusal lists everything that is wrong with a resource, on one line. */
    private static final int MESSAGE_LIMIT = 10_000;

    private Terminal() {}

    /** As {@link PrintWriter#printf(String, Object...)}; the arguments are made printable, the format is our own. */
    static void printf(PrintWriter out, String format, Object... values) {
        printf(out, Locale.getDefault(Locale.Category.FORMAT), format, values);
    }

    /** As {@link PrintWriter#printf(Locale, String, Object...)}; the arguments are made printable, the format is our own. */
    static void printf(PrintWriter out, Locale locale, String format, Object... values) {
        out.printf(locale, format, printable(values));
    }

    /** One line, whatever the text has in it. */
    static void println(PrintWriter out, String text) {
        out.println(ForeignText.printable(text));
    }

    /** A line of a log that somebody else wrote, whole: tabs are layout there. */
    static String logLine(String text) {
        return ForeignText.printable(text.replace("\t", "    "), Integer.MAX_VALUE);
    }

    /** A message of several lines keeps them, and only the first one begins at the margin. */
    static String message(String text) {
        return String.join(
                "\n  ",
                text.lines()
                        .map(line -> ForeignText.printable(line, MESSAGE_LIMIT))
                        .toList());
    }

    private static Object[] printable(Object[] values) {
        return Arrays.stream(values)
                .map(value -> value instanceof Number || value instanceof Boolean
                        ? value
                        : ForeignText.printable(String.valueOf(value)))
                .toArray();
    }
}
