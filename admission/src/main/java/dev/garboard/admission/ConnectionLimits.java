package dev.garboard.admission;

/**
 * How many connections a listener keeps.
 *
 * @param connections in all
 * @param perAddress from one source address after the handshake: so many without a certificate, and as many with one; for IPv6 from one
 *     /64, which is what one machine can choose its addresses from
 * @param handshakes that have not finished their TLS handshake, in all: strangers cannot take every place
 * @param handshakesPerAddress the same from one source address
 */
public record ConnectionLimits(int connections, int perAddress, int handshakes, int handshakesPerAddress) {

    public ConnectionLimits {
        positive("connections", connections);
        positive("connections of one address", perAddress);
        positive("handshakes", handshakes);
        positive("handshakes of one address", handshakesPerAddress);
    }

    /** A quarter of the places for those who are still to say who they are. */
    public static ConnectionLimits of(int connections, int perAddress) {
        return new ConnectionLimits(
                connections,
                Math.min(perAddress, connections),
                Math.max(1, connections / 4),
                Math.max(1, Math.min(perAddress, connections) / 2));
    }

    private static void positive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("the limit of " + what + " is " + value + "; set it to 1 or more");
        }
    }
}
