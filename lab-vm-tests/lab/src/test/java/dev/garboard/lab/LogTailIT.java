package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailIT {

    @Test
    void givesTheLastLinesWithoutWhatFirmwarePaints(@TempDir Path directory) throws IOException {
        var log =
                Files.writeString(directory.resolve("serial.log"), "one\r\n\u001b[2J\u001b[01;01Htwo\r\n\r\nthree\r\n");

        assertEquals(List.of("two", "three"), LogTail.last(log, 2));
    }

    @Test
    void givesWhatIsAddedAndStartsOverWhenTheFileIsNew(@TempDir Path directory) throws IOException {
        var log = Files.writeString(directory.resolve("serial.log"), "before\n");
        var tail = new LogTail(log);

        var nothing = tail.more();
        Files.writeString(log, "more\n", StandardOpenOption.APPEND);
        var more = tail.more();
        Files.writeString(log, "new\n");
        var anew = tail.more();

        assertEquals(List.of("", "more\n", "new\n"), List.of(nothing, more, anew));
    }

    @Test
    void whatAMachineWroteCommandsNoTerminal() {
        var octets = new String(
                "Käse\t\u009b2J\u2028\u202e\u0001\nnext\n".getBytes(StandardCharsets.UTF_8),
                StandardCharsets.ISO_8859_1);

        assertEquals("Käse    \\u009b2J\\u2028\\u202e\\u0001\nnext\n", LogTail.plain(octets));
    }

    @Test
    void aLogThatIsNotThereIsEmpty(@TempDir Path directory) {
        var log = directory.resolve("none");

        assertEquals(List.of(), LogTail.last(log, 5));
        assertEquals("", new LogTail(log).more());
    }
}
