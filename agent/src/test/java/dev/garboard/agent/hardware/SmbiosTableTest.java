package dev.garboard.agent.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.Smbios;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SmbiosTableTest {

    private static String text(String... strings) {
        var hex = new StringBuilder();
        for (String s : strings) {
            hex.append(HexFormat.of().formatHex(s.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                    .append("00");
        }
        return hex.append("00").toString();
    }

    /** System, as QEMU writes it with -uuid and -smbios, one populated and one empty memory slot, end. */
    private static final byte[] TABLE = HexFormat.of()
            .parseHex("011b0001" + "01020304" + "33221100554477668899aabbccddeeff" + "06" + "00" + "00"
                    + text("QEMU", "Standard PC", "pc-i440fx-7.2", "GB-0001")
                    + "11280011" + "0010feff" + "40004000" + "0004" + "09000100" + "0700" + "0000" + "0000"
                    + "02000000000000000000000000000000"
                    + text("DIMM 0", "Vendor")
                    + "11280111" + "0010feff" + "40004000" + "0000" + "09000100" + "0700" + "0000" + "0000"
                    + "02000000000000000000000000000000"
                    + text("DIMM 1", "Vendor")
                    + "7f04007f0000");

    @Test
    void readsTheSystemWithItsUuidInTheUsualOrder() {
        Smbios summary = SmbiosTable.parse(TABLE).summary();
        assertEquals("QEMU", summary.getSystemManufacturer());
        assertEquals("Standard PC", summary.getSystemProduct());
        assertEquals("GB-0001", summary.getSystemSerial());
        assertEquals("00112233-4455-6677-8899-aabbccddeeff", summary.getSystemUuid());
        assertEquals("", summary.getBoardSerial());
    }

    @Test
    void listsPopulatedMemorySlotsOnly() {
        var modules = SmbiosTable.parse(TABLE).memoryModules();
        assertEquals(1, modules.size());
        assertEquals(1024L << 20, modules.getFirst().getSizeBytes());
    }

    @Test
    void readsWhatIsLeftOfADamagedTable() {
        for (int length = 0; length < TABLE.length; length++) {
            var summary = SmbiosTable.parse(Arrays.copyOf(TABLE, length)).summary();
            assertTrue(
                    summary.getSystemUuid().isEmpty() || summary.getSystemUuid().startsWith("00112233"));
        }
    }
}
