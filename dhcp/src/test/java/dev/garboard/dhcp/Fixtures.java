package dev.garboard.dhcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Packets that real firmware sent; their names say which one and in which frame of its boot. */
public final class Fixtures {

    private Fixtures() {}

    /** The names of all of them, without {@code .hex}. */
    public static List<String> names() {
        try (var files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString().replace(".hex", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(String name) {
        try {
            return HexFormat.of()
                    .parseHex(
                            Files.readString(directory().resolve(name + ".hex")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static DhcpMessage message(String name) {
        return DhcpCodec.decode(bytes(name));
    }

    private static Path directory() {
        try {
            return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/fixtures"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
