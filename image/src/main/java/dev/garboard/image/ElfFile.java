package dev.garboard.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** As much of a 64-bit ELF file as is asked here: what a kernel module and a shared library need. */
final class ElfFile {

    private static final int MAGIC = 0x464c457f;
    private static final int DYNAMIC_NEEDED = 1;

    private final ByteBuffer bytes;

    private ElfFile(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static boolean isElf(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var start = in.readNBytes(4);
            return start.length == 4
                    && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt() == MAGIC;
        }
    }

    static ElfFile of(byte[] content) {
        var bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < 64 || bytes.getInt(0) != MAGIC || content[4] != 2 || content[5] != 1) {
            throw new ImageException("expected a 64-bit little-endian ELF file");
        }
        return new ElfFile(bytes);
    }

    /** The values of a key in a kernel module's {@code .modinfo}. */
    List<String> moduleInformation(String key) {
        return section(".modinfo").stream()
                .flatMap(content -> List.of(
                        StandardCharsets.UTF_8.decode(content).toString().split("\0", -1))
                        .stream())
                .filter(entry -> entry.startsWith(key + "="))
                .map(entry -> entry.substring(key.length() + 1))
                .toList();
    }

    /** The shared libraries that the file names (DT_NEEDED). */
    List<String> neededLibraries() {
        var dynamic = section(".dynamic");
        var names = section(".dynstr");
        var needed = new ArrayList<String>();
        if (dynamic.isPresent() && names.isPresent()) {
            var entries = dynamic.get();
            while (entries.remaining() >= 16) {
                long tag = entries.getLong();
                long value = entries.getLong();
                if (tag == DYNAMIC_NEEDED) {
                    needed.add(text(names.get(), (int) value));
                }
            }
        }
        return needed;
    }

    private Optional<ByteBuffer> section(String name) {
        long table = bytes.getLong(0x28);
        int entrySize = bytes.getShort(0x3a) & 0xffff;
        int count = bytes.getShort(0x3c) & 0xffff;
        int namesAt = bytes.getShort(0x3e) & 0xffff;
        if (count == 0) {
            return Optional.empty();
        }
        var names = content((int) table + namesAt * entrySize);
        for (int i = 0; i < count; i++) {
            int header = (int) table + i * entrySize;
            if (text(names, bytes.getInt(header)).equals(name)) {
                return Optional.of(content(header));
            }
        }
        return Optional.empty();
    }

    private ByteBuffer content(int header) {
        long offset = bytes.getLong(header + 0x18);
        long size = bytes.getLong(header + 0x20);
        return bytes.slice(Math.toIntExact(offset), Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer strings, int at) {
        int end = at;
        while (strings.get(end) != 0) {
            end++;
        }
        var bytes = new byte[end - at];
        strings.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
