package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationTest {

    private static final Instant END = Instant.parse("2026-11-23T12:00:00Z");
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "4f0a, 4f0a",
        "4F0A, 4f0a",
        "00004f0a, 4f0a",
        "4f:0A, 4f0a",
        "00:4F:0A, 4f0a",
        "0x4f0a, 4f0a",
        "' 4f0a ', 4f0a",
        "0, 0",
        "000, 0",
        "0x00, 0"
    })
    void everyWayToWriteASerialNumberIsTheSameNumber(String written, String serial) {
        assertEquals(serial, Revocation.serial(written));
        assertEquals(serial, new Revocation(written, "", END).serial());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "xyz", "4f\n0a", "4f 0a", "-1", "0x", "4f0a;", "0x0x1"})
    void whatIsNoSerialNumberIsRefused(String written) {
        assertThrows(TrustException.class, () -> Revocation.serial(written));
    }

    @Test
    void aSerialNumberHasUpToFortyDigits() {
        assertEquals("f".repeat(40), Revocation.serial("00" + "f".repeat(40)));
        assertThrows(TrustException.class, () -> Revocation.serial("f".repeat(41)));
        assertEquals("1", Revocation.serial("0".repeat(199) + "1"));
        assertThrows(TrustException.class, () -> Revocation.serial("0".repeat(200) + "1"));
    }

    @Test
    void aRefusalNamesWhatItFoundOnOneLine() {
        var refusal = assertThrows(TrustException.class, () -> Revocation.serial("a\u001bz\nz"));

        assertEquals(
                "the serial number \"a\\u001bz\\nz\" is none, expected 1 to 40 hex digits, with colons or without",
                refusal.getMessage());
    }

    @Test
    void aKeysDigestIsWholeOrUnknown() {
        assertEquals(DIGEST, new Revocation("1", DIGEST, END).keyDigest());
        assertThrows(TrustException.class, () -> new Revocation("1", DIGEST.substring(1), END));
        assertThrows(TrustException.class, () -> new Revocation("1", DIGEST.replace('a', 'A'), END));
    }

    @Test
    void itIsRememberedForADayAfterTheEnd() {
        var revocation = new Revocation("1", "", END);

        assertFalse(revocation.isOver(END));
        assertFalse(revocation.isOver(END.plusSeconds(86_400)));
        assertTrue(revocation.isOver(END.plusSeconds(86_401)));
    }

    @Test
    void itIsReadAsItIsWritten() {
        for (var one : List.of(new Revocation("4f0a", DIGEST, END), new Revocation("4f0a", "", END))) {
            assertEquals(one, Revocation.ofLine(one.line()));
        }
        assertEquals("4f0a - 2026-11-23T12:00:00Z", new Revocation("4F:0A", "", END).line());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "4f0a",
                "4f0a -",
                "4f0a - never",
                "4f0a - 2026-11-23T12:00:00Z more",
                "g - 2026-11-23T12:00:00Z"
            })
    void aLineThatSaysAnythingElseIsRefused(String line) {
        assertThrows(TrustException.class, () -> Revocation.ofLine(line));
    }

    @Test
    void ofADamagedFileWhatCanBeToldCounts() {
        var content = RevocationFile.parse(
                "garboard revoked certificates 1\n1 - 2026-11-23T12:00:00Z\n2 garbage\n\n???\n 0003\n", END);

        assertEquals(
                List.of(new Revocation("1", "", END), new Revocation("2", "", END), new Revocation("3", "", END)),
                content.revoked());
        assertEquals(List.of("2 garbage", "", "???", " 0003"), content.damaged());
    }

    @Test
    void aFileWithoutItsHeadIsDamagedAndStillCounts() {
        var headless = RevocationFile.parse("1 - 2026-11-23T12:00:00Z\n", END);
        var empty = RevocationFile.parse("", END);

        assertEquals(List.of(new Revocation("1", "", END)), headless.revoked());
        assertEquals(1, headless.damaged().size());
        assertEquals(List.of(), empty.revoked());
        assertEquals(1, empty.damaged().size());
    }
}
