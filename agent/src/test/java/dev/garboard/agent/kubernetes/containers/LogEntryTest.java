package dev.garboard.agent.kubernetes.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogEntryTest {

    private static final Instant TIME = Instant.parse("2026-11-26T07:30:00.123456789Z");

    record Vector(String line, LogEntry entry) {}

    static final List<Vector> vectors = List.of(
            new Vector("2026-11-26T07:30:00.123456789Z stdout F hello world", entry("stdout", false, "hello world")),
            new Vector("2026-11-26T08:30:00.123456789+01:00 stderr P half", entry("stderr", true, "half")),
            new Vector("2026-11-26T07:30:00.123456789Z stdout F ", entry("stdout", false, "")),
            new Vector("2026-11-26T07:30:00.123456789Z stdout F", entry("stdout", false, "")),
            new Vector(
                    "2026-11-26T07:30:00.123456789Z stdout P:more:tags  two blanks",
                    entry("stdout", true, " two blanks")));

    @ParameterizedTest
    @FieldSource("vectors")
    void readsWhatContainerdWrites(Vector vector) {
        assertEquals(vector.entry(), LogEntry.parse(bytes(vector.line())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "   ",
                "no log line at all",
                "2026-11-26T07:30:00.123456789Z",
                "2026-11-26T07:30:00.123456789Z stdout",
                "2026-11-26T07:30:00.123456789Z stdin F text",
                "2026-11-26T07:30:00.123456789Z stdout X text",
                "2026-13-26T07:30:00.123456789Z stdout F text",
                "yesterday stdout F text",
                "{\"log\":\"of docker\",\"stream\":\"stdout\"}"
            })
    void keepsALineOfAnotherFormAsItIs(String line) {
        assertEquals(new LogEntry(null, "", false, bytes(line)), LogEntry.parse(bytes(line)));
    }

    @Test
    void takesAnyBytes() {
        var random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            var noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            var line = bytes("2026-11-26T07:30:00Z stdout F ")
                    .substring(0, random.nextInt(30))
                    .concat(ByteString.copyFrom(noise));

            assertNotNull(LogEntry.parse(line));
        }
    }

    @Test
    void aCharacterThatIsCutGoesIntoTheNextPartOfItsStream() {
        var text = new LogText();
        var euro = bytes("a€b");

        assertEquals("a", text.of(new LogEntry(TIME, "stdout", true, euro.substring(0, 2))));
        assertEquals("other", text.of(entry("stderr", false, "other")));
        assertEquals("€b", text.of(new LogEntry(TIME, "stdout", false, euro.substring(2))));
    }

    @Test
    void whatIsNoTextIsReplaced() {
        var text = new LogText();

        assertEquals("\ufffdx", text.of(new LogEntry(TIME, "stdout", false, ByteString.copyFrom(new byte[] {-1, 'x'
        }))));
        // The last byte begins a character that never comes.
        assertEquals("y\ufffd", text.of(new LogEntry(TIME, "stdout", false, ByteString.copyFrom(new byte[] {'y', -30
        }))));
    }

    private static LogEntry entry(String stream, boolean partial, String text) {
        return new LogEntry(TIME, stream, partial, bytes(text));
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }
}
