package dev.garboard.agent.linux;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One record of {@code /dev/kmsg}: {@code priority,sequence,microseconds,flags;text}, then lines with a leading blank
 * that hold the device, then nothing.
 */
public record KernelMessage(int priority, int facility, long sequence, Duration uptime, String text) {

    /** Parses what one read(2) gave. */
    public static KernelMessage parse(byte[] record, int length) {
        String all = new String(record, 0, length, StandardCharsets.UTF_8);
        int semicolon = all.indexOf(';');
        String[] head =
                semicolon < 0 ? new String[0] : all.substring(0, semicolon).split(",", -1);
        if (head.length < 3) {
            throw new IllegalArgumentException("not a record of /dev/kmsg: " + all.strip());
        }
        int level = Integer.parseInt(head[0]);
        int end = all.indexOf('\n', semicolon);
        String text = all.substring(semicolon + 1, end < 0 ? all.length() : end);
        return new KernelMessage(
                level & 7,
                level >> 3,
                Long.parseLong(head[1]),
                Duration.ofNanos(Long.parseLong(head[2]) * 1000),
                unescape(text));
    }

    /** The kernel writes unprintable bytes as \x and two digits. */
    private static String unescape(String text) {
        if (!text.contains("\\x")) {
            return text;
        }
        var plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\x", i) && i + 4 <= text.length()) {
                int code = Integer.parseInt(text.substring(i + 2, i + 4), 16);
                // Control characters stay escaped: the reader's terminal must not obey a kernel message.
                if (code >= 0x20 && code < 0x7f) {
                    plain.append((char) code);
                    i += 3;
                    continue;
                }
            }
            plain.append(text.charAt(i));
        }
        return plain.toString();
    }
}
