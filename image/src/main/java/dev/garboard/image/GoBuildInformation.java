package dev.garboard.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the Go linker writes into a program: which modules, in which versions, it was compiled from. It is what {@code go version -m}
 * shows; it survives stripping, and reading it runs nothing, so it also serves programs for another processor.
 *
 * @param modules versions by module path: the main module and its dependencies
 */
record GoBuildInformation(Map<String, String> modules) {

    private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FLAGS_AT = 15;
    private static final int STRINGS_AT = 32;
    /** Set since Go 1.18: the strings follow the header, each with its length before it. */
    private static final int INLINE_STRINGS = 2;
    /** The linker puts marks of this length around the text. */
    private static final int MARK = 16;

    GoBuildInformation {
        modules = Map.copyOf(modules);
    }

    /** Reads it; empty when the program is not of Go 1.18 or newer. */
    static Optional<GoBuildInformation> of(ElfFile program) {
        return program.section(".go.buildinfo").flatMap(GoBuildInformation::read);
    }

    private static Optional<GoBuildInformation> read(ByteBuffer section) {
        var magic = new byte[MAGIC.length];
        if (section.remaining() < STRINGS_AT) {
            return Optional.empty();
        }
        section.get(0, magic);
        if (!Arrays.equals(magic, MAGIC) || (section.get(FLAGS_AT) & INLINE_STRINGS) == 0) {
            return Optional.empty();
        }
        try {
            section.position(STRINGS_AT);
            var _ = text(section);
            var modules = text(section);
            return modules.length() < 2 * MARK
                    ? Optional.empty()
                    : Optional.of(parse(modules.substring(MARK, modules.length() - MARK)));
        } catch (BufferUnderflowException cutShort) {
            return Optional.empty();
        }
    }

    static GoBuildInformation parse(String text) {
        var modules = new LinkedHashMap<String, String>();
        text.lines()
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields.length >= 3 && (fields[0].equals("mod") || fields[0].equals("dep")))
                .forEach(fields -> modules.put(fields[1], fields[2]));
        return new GoBuildInformation(modules);
    }

    /** The version of a module, whichever its major version: {@code example.com/x} finds {@code example.com/x/v2} as well. */
    Optional<String> version(String module) {
        return modules.entrySet().stream()
                .filter(entry -> entry.getKey().replaceFirst("/v\\d+$", "").equals(module))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** A string with its length before it, seven bits a byte. Read as Latin-1, so that the marks keep their length. */
    private static String text(ByteBuffer from) {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int next = from.get();
            length |= (next & 0x7f) << shift;
            if (next >= 0) {
                if (length > from.remaining()) {
                    throw new BufferUnderflowException();
                }
                var bytes = new byte[length];
                from.get(bytes);
                return new String(bytes, StandardCharsets.ISO_8859_1);
            }
        }
        throw new BufferUnderflowException();
    }
}
