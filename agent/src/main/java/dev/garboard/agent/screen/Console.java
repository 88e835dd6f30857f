package dev.garboard.agent.screen;

import dev.garboard.trust.ForeignText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The machine's console: lines that stay in a recorded log, and a block that is drawn over itself. */
public final class Console {

    private static final String CLEAR = "\033[2J";
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_REST = "\033[J";

    private final OutputStream out;

    /** A console that writes to this stream. */
    public Console(OutputStream out) {
        this.out = out;
    }

    /** The standard output that stage-0 opened on {@code /dev/console}. */
    public static Console standard() {
        return new Console(new FileOutputStream(FileDescriptor.out));
    }

    /** Writes one line below everything else; it stays one, whatever the text has in it. */
    public synchronized void line(String text) {
        write(ForeignText.printable(text) + "\r\n");
    }

    /** Draws a block at the top of the screen. */
    public synchronized void draw(List<String> lines, boolean first) {
        var all = new StringBuilder(first ? CLEAR + HOME : HOME);
        for (String line : lines) {
            all.append(ForeignText.printable(line)).append(CLEAR_LINE).append("\r\n");
        }
        write(all.append(CLEAR_REST).toString());
    }

    private void write(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException nobodyThere) {
            // A machine without a console works all the same.
        }
    }
}
