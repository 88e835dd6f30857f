package dev.garboard.cli;

import dev.garboard.trust.ForeignText;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.CharBuffer;
import java.util.regex.Pattern;

/**
 * The last thing before standard output and standard error: lets lines, tabs and the colours of picocli's own help pass, and escapes every other
 * character that could command a terminal. In JSON and YAML such characters stand only inside strings, where the escape means the same.
 */
final class TerminalWriter extends FilterWriter {

    /** What picocli's colours consist of; nothing that hides text or moves the cursor. */
    private static final Pattern COLOUR =
            Pattern.compile("\u001b\\[(?:0|1|2|3|4|21|22|23|24|3[0-9]|4[0-9])?(?:;(?:0|1|3|4|5|[0-9]{2,3}))*m");

    private TerminalWriter(Writer out) {
        super(out);
    }

    /** A writer that is flushed with each line. */
    static PrintWriter over(Writer out) {
        return new PrintWriter(new TerminalWriter(out), true);
    }

    @Override
    public void write(int character) throws IOException {
        write(String.valueOf((char) character));
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        write(CharBuffer.wrap(text, offset, length).toString());
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        write(text.substring(offset, offset + length));
    }

    @Override
    public void write(String text) throws IOException {
        if (text.codePoints().noneMatch(TerminalWriter::isEscaped)) {
            out.write(text);
            return;
        }
        var colours = COLOUR.matcher(text);
        int done = 0;
        while (colours.find()) {
            escape(text.substring(done, colours.start()));
            out.write(colours.group());
            done = colours.end();
        }
        escape(text.substring(done));
    }

    private void escape(String text) throws IOException {
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (isEscaped(point)) {
                escaped.append(ForeignText.escape(point));
            } else {
                escaped.appendCodePoint(point);
            }
        });
        out.write(escaped.toString());
    }

    private static boolean isEscaped(int point) {
        return point != '\n' && point != '\t' && ForeignText.isHostile(point);
    }
}
