package dev.garboard.dhcp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lays options out in the order they come in; a value of more than 255 bytes is split as RFC 3396 says. */
final class OptionWriter {

    private static final int MAX_VALUE = 255;
    private static final int OVERLOAD = 52;
    private static final int RELAY_AGENT = DhcpOption.RelayAgent.CODE;
    private static final byte END = (byte) 255;

    private OptionWriter() {}

    /** The three places for options; an empty one is not used. */
    record Areas(Octets options, Octets serverName, Octets bootFile) {}

    static Optional<Areas> plain(DhcpOptions options, int room) {
        var out = new ByteArrayOutputStream();
        options.list().forEach(option -> out.writeBytes(split(option)));
        out.write(END);
        return out.size() > room
                ? Optional.empty()
                : Optional.of(new Areas(Octets.copyOf(out.toByteArray()), Octets.EMPTY, Octets.EMPTY));
    }

    static Optional<Areas> overloaded(DhcpOptions options, int room, boolean intoServerName, boolean intoBootFile) {
        // Relay agents look for option 82 behind the cookie only, so its place there is kept free.
        var last = options.list().stream()
                .filter(option -> option.code() == RELAY_AGENT)
                .map(OptionWriter::split)
                .findFirst()
                .orElse(new byte[0]);
        var overload = new byte[] {OVERLOAD, 1, 0};
        var main = new Area(room - last.length - overload.length);
        var serverName = new Area(intoServerName ? DhcpCodec.SNAME_LENGTH : 0);
        var bootFile = new Area(intoBootFile ? DhcpCodec.FILE_LENGTH : 0);
        // The order in which a reader joins the areas (RFC 3396 section 5), so that no value changes places with
        // itself.
        var areas = List.of(main, bootFile, serverName);
        for (var option : options.list()) {
            if (option.code() != RELAY_AGENT) {
                var bytes = split(option);
                var place = areas.stream().filter(area -> area.fits(bytes)).findFirst();
                if (place.isEmpty()) {
                    return Optional.empty();
                }
                place.get().add(bytes);
            }
        }
        overload[2] = (byte) ((bootFile.isUsed() ? 1 : 0) | (serverName.isUsed() ? 2 : 0));
        if (overload[2] != 0) {
            main.append(overload);
        }
        main.append(last);
        return Optional.of(new Areas(main.ended(), serverName.ended(), bootFile.ended()));
    }

    private static byte[] split(DhcpOption option) {
        var value = DhcpOptionCodec.write(option);
        var out = new ByteArrayOutputStream(value.length + 2);
        int from = 0;
        do {
            int length = Math.min(value.length - from, MAX_VALUE);
            out.write(option.code());
            out.write(length);
            out.write(value, from, length);
            from += length;
        } while (from < value.length);
        return out.toByteArray();
    }

    /** One place for options, with room kept for its END. */
    private static final class Area {

        private final int room;
        private final List<byte[]> parts = new ArrayList<>();
        private int used;

        Area(int room) {
            this.room = room;
        }

        boolean fits(byte[] bytes) {
            return used + bytes.length + 1 <= room;
        }

        boolean isUsed() {
            return used > 0;
        }

        void add(byte[] bytes) {
            append(bytes);
            used += bytes.length;
        }

        void append(byte[] bytes) {
            parts.add(bytes);
        }

        Octets ended() {
            if (parts.isEmpty()) {
                return Octets.EMPTY;
            }
            var out = new ByteArrayOutputStream();
            parts.forEach(out::writeBytes);
            out.write(END);
            return Octets.copyOf(out.toByteArray());
        }
    }
}
