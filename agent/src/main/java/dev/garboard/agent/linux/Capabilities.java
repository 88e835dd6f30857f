package dev.garboard.agent.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process may do (capabilities(7)). */
public final class Capabilities {

    private static final int SYS_RESOURCE = 24;
    private static final String EFFECTIVE = "CapEff:";

    private Capabilities() {}

    /** Whether it may exceed limits and lower the OOM score of others. Containers often may not. */
    public static boolean hasSysResource() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring(EFFECTIVE.length()).strip(), 16))
                    .anyMatch(set -> (set >>> SYS_RESOURCE & 1) != 0);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("/proc/self/status is not readable; is /proc mounted?", unreadable);
        }
    }
}
