package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a line of the log looks like when strangers chose parts of it. */
class LoggingTest {

    private static final String FORGED =
            "x\"\r\n2026-12-01T00:00:00.000Z INFO  audit resource written caller=\"root\"\u001b[2J\u009b1m\u2028\u202e";

    private final LoggerContext context = new LoggerContext();

    @Test
    void aValueStaysOnItsLineAndInItsQuotationMarks() {
        var line = line("text", "file asked for", FORGED, null);

        assertTrue(
                line.endsWith(
                        " INFO  test file asked for file=\"x\\\"\\r\\n2026-12-01T00:00:00.000Z INFO  audit resource"
                                + " written caller=\\\"root\\\"\\u001b[2J\\u009b1m\\u2028\\u202e\"\n"),
                line);
    }

    @Test
    void theMessagesOfAnExceptionAndItsCausesMakeNoLines() {
        var thrown = new IllegalStateException(FORGED, new IllegalArgumentException("cause\nforged"));
        thrown.addSuppressed(new IllegalStateException("suppressed\nforged"));

        var text = line("text", "message\nforged", "", thrown);

        var lines = text.lines().toList();
        assertTrue(lines.getFirst().endsWith(" test message\\nforged file=\"\""), text);
        assertTrue(text.contains("Caused by: java.lang.IllegalArgumentException: cause\\nforged\n"), text);
        assertTrue(text.contains("Suppressed: java.lang.IllegalStateException: suppressed\\nforged\n"), text);
        for (var line : lines.subList(1, lines.size())) {
            assertTrue(
                    line.matches("\\s+(at |\\.\\.\\. ).*|\\s*Suppressed: .*|Caused by: .*|java\\.lang\\.Illegal.*"),
                    line);
        }
    }

    @Test
    void aLongValueIsCutWithAMark() {
        var line = line("text", "m".repeat(5000), "v".repeat(5000), null);

        assertTrue(line.contains("m… (1000 more characters) file=\"vvv"), line);
        assertTrue(line.endsWith("v… (4000 more characters)\"\n"), line);
    }

    @Test
    void asJsonTheValueIsTheOneThatCameAndNothingCommandsATerminal() {
        var line = line("json", "asked", FORGED, null);

        assertEquals(FORGED, json(line).at("/kvpList/0/file").asString());
        assertEquals(1, line.lines().count());
        assertTrue(printable(line), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void noEventMakesASecondLineOrAControlCharacter(String format) {
        var random = new SplittableRandom(20261201);
        for (int run = 0; run < 2000; run++) {
            var stranger = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                stranger.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            }

            var line = line(format, stranger.toString(), stranger.reverse().toString(), null);

            assertEquals(1, line.lines().count(), line);
            assertTrue(printable(line), line);
        }
    }

    private String line(String format, String message, String value, @Nullable Throwable thrown) {
        var event = new LoggingEvent("", context.getLogger("test"), Level.INFO, message, thrown, null);
        event.addKeyValuePair(new KeyValuePair("file", value));
        return new String(Logging.encoder(format, context).encode(event), StandardCharsets.UTF_8);
    }

    private static JsonNode json(String line) {
        return new JsonMapper().readTree(line);
    }

    private static boolean printable(String line) {
        return line.strip()
                .chars()
                .noneMatch(c -> c < 0x20
                        || (c >= 0x7f && c < 0xa0)
                        || (c >= 0x2028 && c <= 0x202e)
                        || (c >= 0x2066 && c <= 0x2069));
    }
}
