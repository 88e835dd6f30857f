package dev.garboard.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** As much of a 64-bit ELF file as is asked here: what a kernel module, a shared library and a program tell. */
final class ElfFile {

    private static final int MAGIC = 0x464c457f;
    private static final int DYNAMIC_NEEDED = 1;
    private static final int MACHINE_X86_64 = 62;
    private static final int MACHINE_AARCH64 = 183;

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
        return of(ByteBuffer.wrap(content));
    }

    /** Maps a file, which may be large: only what is asked for is read. */
    static ElfFile map(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    private static ElfFile of(ByteBuffer content) {
        var bytes = content.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() < 64 || bytes.getInt(0) != MAGIC || bytes.get(4) != 2 || bytes.get(5) != 1) {
            throw new ImageException("expected a 64-bit little-endian ELF file");
        }
        return new ElfFile(bytes);
    }

    /** The processor that it is for, as Debian and Go name it; a number for one that Garboard does not know. */
    String architecture() {
        int machine = bytes.getShort(0x12) & 0xffff;
        return switch (machine) {
            case MACHINE_X86_64 -> "amd64";
            case MACHINE_AARCH64 -> "arm64";
            default -> "machine " + machine;
        };
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

    /** The content of a section. */
    Optional<ByteBuffer> section(String name) {
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
