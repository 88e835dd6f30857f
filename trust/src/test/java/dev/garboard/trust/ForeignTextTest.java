package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ForeignTextTest {

    @Test
    void whatCanBePrintedStaysAsItIs() {
        for (var text : new String[] {"", "node-a7", "Müller & Söhne \\\"GmbH\"", "日本語 한국어 עברית", "🚀", "a=b, c: d"}) {
            assertSame(text, ForeignText.printable(text));
        }
    }

    @Test
    void everythingThatEndsALineOrCommandsATerminalIsEscaped() {
        var hostile = Map.ofEntries(
                Map.entry("a\nb", "a\\nb"),
                Map.entry("a\r\nb", "a\\r\\nb"),
                Map.entry("a\tb", "a\\tb"),
                Map.entry("\u001b[2J", "\\u001b[2J"),
                Map.entry("\u0000", "\\u0000"),
                Map.entry("\u007f", "\\u007f"),
                Map.entry("\u009b31m", "\\u009b31m"),
                Map.entry("\u0085", "\\u0085"),
                Map.entry("\u2028\u2029", "\\u2028\\u2029"),
                Map.entry("\u202egnp.exe", "\\u202egnp.exe"),
                Map.entry("\u2066\u200b\ufeff", "\\u2066\\u200b\\ufeff"),
                Map.entry("\ud83d", "\\ud83d"),
                Map.entry("\udb40\udc41", "\\udb40\\udc41"));

        hostile.forEach((text, printed) -> assertEquals(printed, ForeignText.printable(text)));
    }

    @Test
    void aQuotedTextCannotLeaveItsQuotationMarks() {
        assertEquals("x\\\" status=\\\"200\\\\", ForeignText.quotable("x\" status=\"200\\", 100));
    }

    @Test
    void aLongTextIsCutWithAMarkAndNeverInTheMiddleOfACharacter() {
        assertEquals("aaaa… (6 more characters)", ForeignText.printable("a".repeat(10), 4));
        assertEquals("aaa… (3 more characters)", ForeignText.printable("aaa🚀b", 4));
        assertEquals("aaa🚀", ForeignText.printable("aaa🚀", 5));
    }

    @Test
    void noTextWhateverItIsHasMoreThanOneLineOrAControlCharacter() {
        var random = new SplittableRandom(20261201);
        for (int run = 0; run < 20_000; run++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                // Half of them from where the dangerous ones are; surrogates too, alone and in pairs.
                text.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            }

            var printed = ForeignText.printable(text.toString(), 30);

            assertEquals(1, ("x" + printed).lines().count(), printed);
            assertTrue(printed.codePoints().noneMatch(ForeignTextTest::commands), printed);
            assertTrue(printed.length() < 30 * 6 + 30, printed);
        }
    }

    /** Written by itself, from the ranges of the standards and not from the class that is tested. */
    private static boolean commands(int point) {
        return point < 0x20
                || (point >= 0x7f && point < 0xa0)
                || point == 0x2028
                || point == 0x2029
                || (point >= 0x202a && point <= 0x202e)
                || (point >= 0x2066 && point <= 0x2069)
                || point == 0x200e
                || point == 0x200f
                || point == 0x061c
                || (point >= 0xd800 && point < 0xe000);
    }
}
