package dev.garboard.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.garboard.trust.ForeignText;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;

/**
 * Sets up logback from the {@code log} section: one appender, on standard output, as text or as one JSON object a line. Whatever text strangers put
 * into an event, it stays on its line, inside its quotation marks, and commands no terminal.
 */
final class Logging {

    /** Our own messages are shorter, with all the names that they list. */
    private static final int MESSAGE_LIMIT = 4000;

    private static final int FIRST_BEYOND_ASCII = 0x7f;

    private Logging() {}

    static void configure(Config.Log config, ILoggerFactory factory) {
        if (!(factory instanceof LoggerContext context)) {
            return; // Another SLF4J provider was put on the class path on purpose; it has its own configuration.
        }
        context.reset();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setEncoder(encoder(config.format(), context));
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.INFO);
        context.getLogger("dev.garboard").setLevel(Level.toLevel(config.level()));
        context.getLogger("audit").setLevel(Level.INFO);
        // Flyway and HikariCP tell at info what nobody asked for at each start.
        context.getLogger("org.flywaydb").setLevel(Level.WARN);
        context.getLogger("com.zaxxer.hikari").setLevel(Level.WARN);
    }

    /** Also for events that were never logged: tests read what it writes. */
    static Encoder<ILoggingEvent> encoder(String format, LoggerContext context) {
        var encoder = format.equals("json") ? json() : text();
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    /** The JSON encoder escapes C0 itself; a program reads the rest as it came, and a terminal does not. */
    private static Encoder<ILoggingEvent> json() {
        var encoder = new JsonEncoder() {
            @Override
            public byte[] encode(ILoggingEvent event) {
                UnaryOperator<String> cut = Logging::cut;
                var line = new String(super.encode(new PrintedEvent(event, cut, cut)), StandardCharsets.UTF_8);
                return escapedBeyondAscii(line).getBytes(StandardCharsets.UTF_8);
            }
        };
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithContext(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        return encoder;
    }

    private static Encoder<ILoggingEvent> text() {
        var encoder = new PatternLayoutEncoder() {
            @Override
            public byte[] encode(ILoggingEvent event) {
                return super.encode(new PrintedEvent(
                        event,
                        text -> ForeignText.printable(text, MESSAGE_LIMIT),
                        value -> ForeignText.quotable(value, ForeignText.LIMIT)));
            }
        };
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg %kvp%n%ex{full}");
        return encoder;
    }

    private static String cut(String text) {
        return text.length() <= MESSAGE_LIMIT
                ? text
                : text.substring(0, MESSAGE_LIMIT) + "… (" + (text.length() - MESSAGE_LIMIT) + " more characters)";
    }

    /** In a line of JSON such characters stand only inside strings. */
    private static String escapedBeyondAscii(String line) {
        if (line.codePoints().noneMatch(Logging::isHostileBeyondAscii)) {
            return line;
        }
        var escaped = new StringBuilder(line.length() + 16);
        line.codePoints().forEach(point -> {
            if (isHostileBeyondAscii(point)) {
                escaped.append(ForeignText.escape(point));
            } else {
                escaped.appendCodePoint(point);
            }
        });
        return escaped.toString();
    }

    private static boolean isHostileBeyondAscii(int point) {
        return point >= FIRST_BEYOND_ASCII && ForeignText.isHostile(point);
    }
}
