package dev.garboard.agent.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.slf4j.event.Level;

class LogLevelsTest {

    record Vector(String line, Level level) {}

    static final List<Vector> vectors = List.of(
            new Vector("I1123 21:50:01.000000       1 server.go:10] \"Starting\" err=\"none\"", Level.INFO),
            new Vector("W1123 21:50:01.000000       1 server.go:10] flag is deprecated", Level.WARN),
            new Vector("E1123 21:50:01.000000       1 server.go:10] cannot", Level.ERROR),
            new Vector("F1123 21:50:01.000000       1 server.go:10] cannot", Level.ERROR),
            new Vector("time=\"2026-11-23T21:50:01Z\" level=warning msg=\"cgroup v1\"", Level.WARN),
            new Vector("time=\"2026-11-23T21:50:01Z\" level=fatal msg=\"no root\"", Level.ERROR),
            new Vector("{\"level\":\"info\",\"msg\":\"error is not what this is\"}", Level.INFO),
            new Vector("{\"level\":\"error\",\"msg\":\"data directory\"}", Level.ERROR),
            new Vector("panic: runtime error", Level.ERROR),
            new Vector("Error in words says nothing", Level.INFO),
            new Vector("", Level.INFO));

    @ParameterizedTest
    @FieldSource("vectors")
    void readsTheLevelOfTheLine(Vector vector) {
        assertEquals(vector.level(), LogLevels.of(vector.line()));
    }
}
