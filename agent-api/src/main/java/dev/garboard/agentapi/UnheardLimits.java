package dev.garboard.agentapi;

import java.time.Duration;

/**
 * What is taken of calls that have not said yet what they want.
 *
 * @param firstMessage how long a call may be open before its request, or the first of its messages, has come
 * @param ofOne how many such calls one caller may have, or one address without a certificate; the oldest gives way to one more
 * @param anonymous how many such calls there may be without a certificate, in all; the oldest gives way to one more
 */
public record UnheardLimits(Duration firstMessage, int ofOne, int anonymous) {

    public UnheardLimits {
        if (firstMessage.toMillis() < 1 || ofOne < 1 || anonymous < 1) {
            throw new IllegalArgumentException("the limits of silent calls are " + firstMessage + ", " + ofOne
                    + " of one and " + anonymous + " without a certificate; set each to 1 or more");
        }
    }

    /** Ten seconds, which is the time of a TLS handshake too. */
    public static UnheardLimits usual() {
        return new UnheardLimits(Duration.ofSeconds(10), 16, 512);
    }
}
