package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {

    @ParameterizedTest
    @CsvSource({
        "snponly.efi, snponly.efi",
        "/snponly.efi, snponly.efi",
        "///a//b///c.efi, a/b/c.efi",
        "\\efi\\boot\\bootx64.efi, efi/boot/bootx64.efi",
        "./a/./b, a/b",
        "a/b/, a/b",
        "..a/b..c, ..a/b..c",
    })
    void cleansTheName(String raw, String clean) {
        assertEquals(Optional.of(clean), FileName.clean(raw));
    }

    @Test
    void stripsWhatFirmwareLeavesBehindTheName() {
        assertEquals(Optional.of("undionly.kpxe"), FileName.clean("undionly.kpxe\u00ff"));
        assertEquals(Optional.of("undionly.kpxe"), FileName.clean("undionly.kpxe \0\u00ff\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", " ", "..", "../a", "a/../../b", "a\\..\\b", "a/..", "a\nb", "a\u007fb"})
    void refusesTheName(String raw) {
        assertEquals(Optional.empty(), FileName.clean(raw));
    }

    @Test
    void refusesAnEndlessName() {
        assertEquals(Optional.of("a".repeat(512)), FileName.clean("a".repeat(512)));
        assertEquals(Optional.empty(), FileName.clean("a".repeat(513)));
    }
}
