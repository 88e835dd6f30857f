package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.BootSessionSpec;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What strangers chose, printed by the commands. */
class TerminalTest {

    private static final String FORGED = "x\r\nforged\u001b[2J\u009b1m\u2028\u202e";
    private static final String PRINTED = "x\\r\\nforged\\u001b[2J\\u009b1m\\u2028\\u202e";

    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void aCellOfATableIsOneLine() {
        TextTable.print(out, List.of("Name", "Serial"), List.of(List.of("m1", FORGED), List.of("m2", "S")));

        assertEquals("NAME   SERIAL\nm1     " + PRINTED + "\nm2     S\n", text.toString());
    }

    @Test
    void aBootIsAsManyLinesAsItHasSteps() {
        var time = Instant.parse("2026-12-01T00:00:00Z");
        var step = new BootSessionStatus.Step(time, "loader", "tftp", FORGED, 10, "refused");
        var boot = new Resource<>(
                Kinds.BOOT_SESSION,
                ObjectMeta.named("0123456789abcdef0123456789abcdef"),
                new BootSessionSpec(FORGED, FORGED, FORGED, FORGED, FORGED, time),
                new BootSessionStatus("Failed", FORGED, FORGED, time, List.of(step)));

        BootTimeline.print(out, boot, time);

        assertEquals(8, text.toString().lines().count(), text::toString);
        assertTrue(isSafe(text.toString()), text::toString);
    }

    @Test
    void onlyTheFirstLineOfAnErrorBeginsAtTheMargin() {
        assertEquals(
                "the disk is damaged\n  m9: ready\\u001b[2J",
                Terminal.message("the disk is damaged\nm9: ready\u001b[2J"));
    }

    @Test
    void aLongRefusalIsShownWhole() {
        assertEquals("spec: wrong; ".repeat(200), Terminal.message("spec: wrong; ".repeat(200)));
    }

    @Test
    void whateverIsPrintedNothingCommandsTheTerminal() {
        var random = new SplittableRandom(20261201);
        for (int run = 0; run < 2000; run++) {
            var stranger = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                stranger.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            }
            var screen = new StringWriter();
            var terminal = TerminalWriter.over(screen);

            terminal.print(stranger);
            terminal.flush();
            Terminal.printf(terminal, "%s %5d%n", stranger, 7);

            assertTrue(isSafe(screen.toString()), screen::toString);
        }
    }

    @Test
    void theColoursOfTheHelpPassAndNothingElseThatBeginsLikeThem() {
        var screen = new StringWriter();
        var terminal = TerminalWriter.over(screen);
        var help = CommandLine.Help.Ansi.ON.string("@|bold,underline Usage:|@ @|fg(yellow) garboard|@");

        terminal.print(help + "\u001b[8mhidden\u001b[2J\u001b]0;title\u0007");
        terminal.flush();

        assertEquals(help + "\\u001b[8mhidden\\u001b[2J\\u001b]0;title\\u0007", screen.toString());
    }

    private static boolean isSafe(String printed) {
        return printed.chars()
                .noneMatch(c -> (c < 0x20 && c != '\n' && c != '\t')
                        || (c >= 0x7f && c < 0xa0)
                        || (c >= 0x2028 && c <= 0x202e)
                        || (c >= 0x2066 && c <= 0x2069));
    }
}
