package dev.garboard.httpboot;

import java.util.Optional;
import java.util.regex.Pattern;

/** The id of one boot of one machine: 32 lower-case hex digits, part of every URL and file name of that boot. */
public record SessionId(String hex) {
    private static final Pattern SYNTAX = Pattern.compile("[0-9a-f]{32}");

    public SessionId {
        if (!SYNTAX.matcher(hex).matches()) {
            throw new IllegalArgumentException("session id is " + hex + ", expected 32 lower-case hex digits");
        }
    }

    /** The id, unless the text is none. */
    public static Optional<SessionId> parse(String text) {
        return SYNTAX.matcher(text).matches() ? Optional.of(new SessionId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return hex;
    }
}
