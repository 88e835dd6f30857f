package dev.garboard.agent.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** An slf4j logger whose lines end in a {@link LogRing}. */
final class RingLogger extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;

    RingLogger(String name) {
        this.name = name;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        String text =
                arguments == null || message == null ? message : MessageFormatter.basicArrayFormat(message, arguments);
        LogRings.log(name, level, text, thrown);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return LogRings.enabled(name, Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return LogRings.enabled(name, Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return LogRings.enabled(name, Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return LogRings.enabled(name, Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return LogRings.enabled(name, Level.ERROR);
    }
}
