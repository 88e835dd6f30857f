package dev.garboard.dhcp;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How one kind of value looks on the wire: reading and writing are one declaration, so that they cannot disagree. */
interface ValueForm<T> {

    ValueForm<Octets> OCTETS = form(Octets::rest, (octets, out) -> out.writeBytes(octets.toArray()));

    ValueForm<String> TEXT = OCTETS.map(Octets::toText, Octets::ofText);

    /** Text with a NUL behind it. */
    ValueForm<String> ENDED_TEXT = OCTETS.map(Octets::toText, text -> Octets.ofText(text + "\0"));

    ValueForm<Integer> SHORT = form(in -> (int) in.getChar(), (value, out) -> {
        out.write(value >>> 8);
        out.write(value);
    });

    ValueForm<Inet4Address> ADDRESS =
            form(in -> Ipv4.of(in.getInt()), (address, out) -> out.writeBytes(address.getAddress()));

    ValueForm<Duration> SECONDS = form(in -> Duration.ofSeconds(in.getInt() & 0xFFFF_FFFFL), (value, out) -> {
        long seconds = value.toSeconds();
        out.writeBytes(
                new byte[] {(byte) (seconds >>> 24), (byte) (seconds >>> 16), (byte) (seconds >>> 8), (byte) seconds});
    });

    ValueForm<Integer> BYTE = form(in -> in.get() & 255, (value, out) -> out.write(value));

    ValueForm<List<Route>> ROUTES = route().repeated();

    /** Reads from a buffer that is cut to the value's length; running out of it is the caller's to notice. */
    T read(ByteBuffer in);

    void write(T value, ByteArrayOutputStream out);

    /** The same bytes as another type. */
    default <U> ValueForm<U> map(Function<T, U> wrap, Function<U, T> unwrap) {
        return form(in -> wrap.apply(read(in)), (value, out) -> write(unwrap.apply(value), out));
    }

    /** As many of them as there are bytes. */
    default ValueForm<List<T>> repeated() {
        return form(
                in -> {
                    var values = new ArrayList<T>();
                    while (in.hasRemaining()) {
                        values.add(read(in));
                    }
                    return List.copyOf(values);
                },
                (values, out) -> values.forEach(value -> write(value, out)));
    }

    static <T> ValueForm<T> form(Function<ByteBuffer, T> reader, Writer<T> writer) {
        return new ValueForm<>() {
            @Override
            public T read(ByteBuffer in) {
                return reader.apply(in);
            }

            @Override
            public void write(T value, ByteArrayOutputStream out) {
                writer.write(value, out);
            }
        };
    }

    /** Appends one value. */
    interface Writer<T> {
        void write(T value, ByteArrayOutputStream out);
    }

    /** RFC 3442: the width of the prefix, only its significant octets, the router. */
    private static ValueForm<Route> route() {
        return form(
                in -> {
                    int width = in.get() & 255;
                    int mask = Ipv4.maskBits(width);
                    int bits = 0;
                    for (int shift = 24; shift > 24 - 8 * ((width + 7) / 8); shift -= 8) {
                        bits |= (in.get() & 255) << shift;
                    }
                    // Significant octets may carry bits beyond the prefix; RFC 3442 says to clear them.
                    return new Route(Ipv4.of(bits & mask), width, ADDRESS.read(in));
                },
                (route, out) -> {
                    out.write(route.prefixLength());
                    out.write(route.destination().getAddress(), 0, (route.prefixLength() + 7) / 8);
                    ADDRESS.write(route.router(), out);
                });
    }
}
