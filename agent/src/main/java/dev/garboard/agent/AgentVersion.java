package dev.garboard.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version that the build wrote beside this class. */
final class AgentVersion {

    private AgentVersion() {}

    static String read() {
        try (var in = AgentVersion.class.getResourceAsStream("version")) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the agent's own jar is not readable", unreadable);
        }
    }
}
