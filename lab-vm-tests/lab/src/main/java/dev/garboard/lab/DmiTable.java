package dev.garboard.lab;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** The SMBIOS structure table of a machine of the lab (DMTF DSP0134): its system information (type 1) and the end (type 127). */
final class DmiTable {

    private static final int SYSTEM = 1;
    private static final int END = 127;
    private static final int POWER_SWITCH = 6;

    private DmiTable() {}

    static byte[] of(String manufacturer, String product, String serial, UUID uuid) {
        var table = new ByteArrayOutputStream();
        // Type, length, handle, then the numbers of four strings, UUID, wake-up type, SKU and family.
        table.writeBytes(new byte[] {SYSTEM, 0x1b, 1, 0, 1, 2, 0, 3});
        table.writeBytes(FirmwareDhcp.smbiosOrder(uuid));
        table.writeBytes(new byte[] {POWER_SWITCH, 0, 0});
        for (var text : List.of(manufacturer, product, serial)) {
            table.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            table.write(0);
        }
        table.write(0);
        table.writeBytes(new byte[] {END, 4, 2, 0, 0, 0});
        return table.toByteArray();
    }
}
