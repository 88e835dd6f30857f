package dev.garboard.agent.hardware;

import dev.garboard.agentapi.v1.MemoryModule;
import dev.garboard.agentapi.v1.Smbios;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The SMBIOS structure table as the firmware left it. A damaged table ends where it stops making sense: what was read until
 * then counts.
 */
public final class SmbiosTable {

    private static final int END = 127;
    private static final int BIOS = 0;
    private static final int SYSTEM = 1;
    private static final int BOARD = 2;
    private static final int CHASSIS = 3;
    private static final int MEMORY_DEVICE = 17;

    private final List<Structure> structures;

    private SmbiosTable(List<Structure> structures) {
        this.structures = structures;
    }

    /** Reads {@code /sys/firmware/dmi/tables/DMI}. */
    public static SmbiosTable parse(byte[] table) {
        var structures = new ArrayList<Structure>();
        int at = 0;
        while (at + 4 <= table.length) {
            int type = table[at] & 255;
            int length = table[at + 1] & 255;
            if (length < 4 || at + length > table.length) {
                break;
            }
            var strings = new ArrayList<String>();
            int next = readStrings(table, at + length, strings);
            var formatted = ByteBuffer.wrap(table, at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
            structures.add(new Structure(type, formatted, List.copyOf(strings)));
            if (type == END) {
                break;
            }
            at = next;
        }
        return new SmbiosTable(List.copyOf(structures));
    }

    /** Strings end with NUL, their list with another one; a list without strings is two NULs. */
    private static int readStrings(byte[] table, int from, List<String> strings) {
        int at = from;
        while (at < table.length && table[at] != 0) {
            int start = at;
            while (at < table.length && table[at] != 0) {
                at++;
            }
            strings.add(new String(table, start, at - start, StandardCharsets.UTF_8).strip());
            at++;
        }
        return strings.isEmpty() ? at + 2 : at + 1;
    }

    /** Types 0 to 3. */
    public Smbios summary() {
        var summary = Smbios.newBuilder();
        // A machine may describe several boards; the first is the main one, so the later ones are written before it.
        for (Structure s : structures.reversed()) {
            switch (s.type) {
                case BIOS ->
                    summary.setBiosVendor(s.text(4)).setBiosVersion(s.text(5)).setBiosDate(s.text(8));
                case SYSTEM ->
                    summary.setSystemManufacturer(s.text(4))
                            .setSystemProduct(s.text(5))
                            .setSystemVersion(s.text(6))
                            .setSystemSerial(s.text(7))
                            .setSystemUuid(s.uuid(8));
                case BOARD ->
                    summary.setBoardManufacturer(s.text(4))
                            .setBoardProduct(s.text(5))
                            .setBoardSerial(s.text(7));
                case CHASSIS -> summary.setChassisSerial(s.text(7)).setChassisAssetTag(s.text(8));
                default -> {
                    // Not part of the summary.
                }
            }
        }
        return summary.build();
    }

    /** The populated slots of type 17. */
    public List<MemoryModule> memoryModules() {
        return structures.stream()
                .filter(s -> s.type == MEMORY_DEVICE && s.memoryBytes() > 0)
                .map(s -> MemoryModule.newBuilder()
                        .setSizeBytes(s.memoryBytes())
                        .setLocator(s.text(0x10))
                        .setSpeedMts(s.speed())
                        .setManufacturer(s.text(0x17))
                        .setSerial(s.text(0x18))
                        .setPartNumber(s.text(0x1a))
                        .build())
                .toList();
    }

    private record Structure(int type, ByteBuffer formatted, List<String> strings) {

        /** The string whose number stands at the offset; older tables are shorter, and 0 means none. */
        String text(int offset) {
            if (offset >= formatted.limit()) {
                return "";
            }
            int number = formatted.get(offset) & 255;
            return number == 0 || number > strings.size() ? "" : strings.get(number - 1);
        }

        private int word(int offset) {
            return offset + 2 > formatted.limit() ? 0 : formatted.getShort(offset) & 0xffff;
        }

        /** Since SMBIOS 2.6 the first three fields are little-endian, as everybody reads them; all 0 or 1 means none. */
        String uuid(int offset) {
            if (offset + 16 > formatted.limit()) {
                return "";
            }
            long low = Integer.toUnsignedLong(formatted.getInt(offset));
            long high = (low << 32) | ((long) word(offset + 4) << 16) | word(offset + 6);
            long rest = Long.reverseBytes(formatted.getLong(offset + 8));
            boolean none = (high == 0 && rest == 0) || (high == -1 && rest == -1);
            return none ? "" : new java.util.UUID(high, rest).toString();
        }

        long memoryBytes() {
            final int unknown = 0xffff;
            final int extended = 0x7fff;
            final int kibibytes = 0x8000;
            int size = word(0x0c);
            if (size == unknown) {
                return 0;
            }
            if (size == extended && formatted.limit() >= 0x20) {
                return (formatted.getInt(0x1c) & 0x7fff_ffffL) << 20;
            }
            return (size & kibibytes) != 0 ? (long) (size & extended) << 10 : (long) size << 20;
        }

        int speed() {
            int speed = word(0x15);
            return speed == 0xffff ? 0 : speed;
        }
    }
}
