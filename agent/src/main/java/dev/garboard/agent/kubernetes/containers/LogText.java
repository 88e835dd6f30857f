package dev.garboard.agent.kubernetes.containers;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The text of entries that follow each other. containerd cuts a long line anywhere: also inside a character, which goes into the next part. */
final class LogText {

    private static final int LONGEST_CHARACTER = 4;

    private final Map<String, ByteString> cut = new HashMap<>();

    /** The entry's text as far as it is whole; what is no UTF-8 is replaced. */
    String of(LogEntry entry) {
        ByteString before = cut.remove(entry.stream());
        ByteString bytes = before == null ? entry.text() : before.concat(entry.text());
        int whole = entry.partial() ? whole(bytes) : bytes.size();
        if (whole < bytes.size()) {
            cut.put(entry.stream(), bytes.substring(whole));
        }
        return bytes.substring(0, whole).toString(StandardCharsets.UTF_8);
    }

    /** How many bytes there are before a character of which not all is there. */
    private static int whole(ByteString bytes) {
        for (int back = 1; back <= Math.min(LONGEST_CHARACTER - 1, bytes.size()); back++) {
            int at = bytes.size() - back;
            int first = bytes.byteAt(at) & 0xff;
            if (first >= 0xc0) {
                int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
                return back < length ? at : bytes.size();
            }
            if (first < 0x80) {
                break;
            }
        }
        return bytes.size();
    }
}
