package dev.garboard.agent.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Which logger writes into which ring: {@code garboard.<ring>…} belongs to that ring, everything else (libraries) to
 * {@code agent}. There is one set in a process, as slf4j wants it.
 */
public final class LogRings {

    private static final String PREFIX = "garboard.";
    private static final String REST = "agent";
    private static final int CAPACITY = 1000;
    private static final Map<String, LogRing> RINGS = new ConcurrentHashMap<>();
    private static volatile Consumer<String> console = _ -> {};

    private LogRings() {}

    /** The ring of that name, made when it is asked for the first time. */
    public static LogRing ring(String name) {
        return RINGS.computeIfAbsent(name, _ -> new LogRing(CAPACITY));
    }

    /** Warnings and errors go to the console too from now on. */
    public static void console(Consumer<String> lines) {
        console = lines;
    }

    /** Brings java.util.logging, which gRPC uses, here instead of to standard error. */
    public static void takeOverJavaUtilLogging() {
        LogManager.getLogManager().reset();
        java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        root.setLevel(java.util.logging.Level.WARNING);
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                boolean severe = line.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue();
                String logger = line.getLoggerName() == null ? "" : line.getLoggerName();
                log(logger, severe ? Level.ERROR : Level.WARN, line.getMessage(), line.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** Whether lines of this level are kept: what libraries say below a warning is not worth a node's memory. */
    static boolean enabled(String logger, Level level) {
        return logger.startsWith(PREFIX) ? level.toInt() >= Level.INFO.toInt() : level.toInt() >= Level.WARN.toInt();
    }

    static void log(String logger, Level level, @Nullable String message, @Nullable Throwable thrown) {
        String name = ringName(logger);
        String first =
                (logger.startsWith(PREFIX) ? "" : logger + ": ") + message + (thrown == null ? "" : ": " + thrown);
        var ring = ring(name);
        var now = Instant.now();
        ring.add(now, level, first);
        if (thrown != null) {
            var trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString().lines().skip(1).forEach(line -> ring.add(now, level, line.replace("\t", "  ")));
        }
        if (level.toInt() >= Level.WARN.toInt()) {
            console.accept(name + ": " + level + " " + first);
        }
    }

    static String ringName(String logger) {
        if (!logger.startsWith(PREFIX)) {
            return REST;
        }
        int end = logger.indexOf('.', PREFIX.length());
        return end < 0 ? logger.substring(PREFIX.length()) : logger.substring(PREFIX.length(), end);
    }
}
