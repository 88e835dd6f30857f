package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DmiTableTest {

    /** As QEMU writes it with {@code -uuid} and {@code -smbios type=1}, less version, SKU and family. */
    @Test
    void describesTheSystemAsFirmwareDoes() {
        var table = DmiTable.of("Garboard", "Lab", "m1", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));

        assertEquals(
                "011b0100" + "01020003" + "33221100554477668899aabbccddeeff" + "060000"
                        + "476172626f61726400" + "4c616200" + "6d3100" + "00"
                        + "7f0402000000",
                HexFormat.of().formatHex(table));
    }
}
