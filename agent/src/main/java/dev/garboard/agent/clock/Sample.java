package dev.garboard.agent.clock;

import java.time.Duration;

/**
 * What one valid answer of a time server says.
 *
 * @param offset by how much the server's clock is ahead of this one
 * @param error how far the offset may be wrong: half the way there and back, and what the server says of its own clock
 */
record Sample(Duration offset, Duration error) {

    /** The worst error that is of any use, RFC 5905's MAXDIST. */
    private static final Duration LARGEST_ERROR = Duration.ofMillis(1500);

    /** Clocks and their reading are not finer; without it, servers that are right would seem to contradict each other. */
    private static final Duration GRAIN = Duration.ofMillis(5);

    /** An answer that is not used, and why. */
    static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** Whether the server itself says that it is not to be asked again soon ("kiss of death"). */
        final boolean goAway;

        UnusableException(String why, boolean goAway) {
            super(why);
            this.goAway = goAway;
        }
    }

    /**
     * Reads an answer that came to the question with the given number.
     *
     * @param sent when the question left, by this machine's clock
     * @param received when the answer came, by the same clock
     * @throws UnusableException when nothing of it may be believed
     */
    static Sample of(NtpPacket answer, long sent, long received) throws UnusableException {
        if (answer.stratum() == 0) {
            throw new UnusableException("wants to be left alone (" + code(answer.referenceId()) + ")", true);
        }
        if (answer.leap() == NtpPacket.ALARM || answer.stratum() > 15) {
            throw new UnusableException("says that its own clock is not synchronized", false);
        }
        if (answer.receive() == 0
                || answer.transmit() == 0
                || NtpPacket.between(answer.receive(), answer.transmit()).isNegative()) {
            throw new UnusableException("gave an answer without its times", false);
        }
        if (answer.reference() != 0
                && NtpPacket.between(answer.transmit(), answer.reference()).isPositive()) {
            throw new UnusableException("says that its clock was set in the future", false);
        }
        // RFC 5905 section 8; halved before they are added, for their sum may be too large.
        long there = answer.receive() - sent;
        long back = answer.transmit() - received;
        Duration delay = NtpPacket.span(received - sent).minus(NtpPacket.between(answer.receive(), answer.transmit()));
        if (delay.isNegative()) {
            delay = Duration.ZERO;
        }
        Duration error = delay.plus(answer.rootDelay())
                .dividedBy(2)
                .plus(answer.rootDispersion())
                .plus(GRAIN);
        if (error.compareTo(LARGEST_ERROR) > 0) {
            throw new UnusableException("may be wrong by " + error.toMillis() + " ms, too much to be of use", false);
        }
        return new Sample(NtpPacket.span((there >> 1) + (back >> 1)), error);
    }

    Duration earliest() {
        return offset.minus(error);
    }

    Duration latest() {
        return offset.plus(error);
    }

    /** Whether both can be right. */
    boolean agrees(Sample other) {
        return earliest().compareTo(other.latest()) <= 0 && other.earliest().compareTo(latest()) <= 0;
    }

    /** Four letters by RFC 5905 section 7.4; what a stranger says is not printed as it comes. */
    private static String code(int referenceId) {
        var code = new StringBuilder();
        for (int shift = 24; shift >= 0; shift -= 8) {
            int letter = referenceId >> shift & 0xff;
            code.append(letter >= 'A' && letter <= 'Z' ? (char) letter : '?');
        }
        return code.toString();
    }
}
