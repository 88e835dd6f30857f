package dev.garboard.agent.clock;

import java.net.DatagramPacket;
import java.time.Duration;
import java.time.Instant;
import org.apache.commons.net.ntp.NtpV3Impl;
import org.apache.commons.net.ntp.TimeStamp;

/**
 * The header of an NTP packet, RFC 5905 section 7.3, as commons-net lays it out; extensions and authenticators are not read.
 *
 * @param rootDelay of the server's way to its reference clock and back
 * @param rootDispersion how far the server's own clock may be off beside that
 * @param reference when the server's clock was set or corrected last; this and the other times are NTP's 64 bits, in units of 2^-32 s
 * @param origin what the asker sent as its transmit time
 * @param receive when the question came
 * @param transmit when the answer left
 */
record NtpPacket(
        int leap,
        int version,
        int mode,
        int stratum,
        Duration rootDelay,
        Duration rootDispersion,
        int referenceId,
        long reference,
        long origin,
        long receive,
        long transmit) {

    static final int BYTES = 48;
    static final int CLIENT = 3;
    static final int SERVER = 4;

    /** The leap indicator of a server whose clock is not synchronized. */
    static final int ALARM = 3;

    private static final int OURS = 4;

    /** Seconds from 1900, where NTP begins, to 1970. */
    private static final long TO_UNIX = 2_208_988_800L;

    private static final long NANOS = 1_000_000_000L;

    /** A question. It says nothing of the asker but a random number, which the answer must repeat. */
    static NtpPacket question(long nonce) {
        return new NtpPacket(0, OURS, CLIENT, 0, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, nonce);
    }

    byte[] write() {
        var packet = new NtpV3Impl();
        packet.setLeapIndicator(leap);
        packet.setVersion(version);
        packet.setMode(mode);
        packet.setStratum(stratum);
        packet.setRootDelay(shortFormat(rootDelay));
        packet.setRootDispersion(shortFormat(rootDispersion));
        packet.setReferenceId(referenceId);
        packet.setReferenceTime(new TimeStamp(reference));
        packet.setOriginateTimeStamp(new TimeStamp(origin));
        packet.setReceiveTimeStamp(new TimeStamp(receive));
        packet.setTransmitTime(new TimeStamp(transmit));
        return packet.getDatagramPacket().getData();
    }

    /**
     * Reads a packet.
     *
     * @throws IllegalArgumentException when it is shorter than a header
     */
    static NtpPacket read(byte[] bytes, int length) {
        if (length < BYTES) {
            throw new IllegalArgumentException("a packet of " + length + " bytes, expected at least " + BYTES);
        }
        var packet = new NtpV3Impl();
        packet.setDatagramPacket(new DatagramPacket(bytes, length));
        return new NtpPacket(
                packet.getLeapIndicator(),
                packet.getVersion(),
                packet.getMode(),
                packet.getStratum(),
                duration(packet.getRootDelay()),
                duration(packet.getRootDispersion()),
                packet.getReferenceId(),
                packet.getReferenceTimeStamp().ntpValue(),
                packet.getOriginateTimeStamp().ntpValue(),
                packet.getReceiveTimeStamp().ntpValue(),
                packet.getTransmitTimeStamp().ntpValue());
    }

    /** A moment in NTP's 64 bits, which begin again every 136 years. */
    static long time(Instant moment) {
        return (moment.getEpochSecond() + TO_UNIX) << 32 | ((long) moment.getNano() << 32) / NANOS;
    }

    /** A span of time in units of 2^-32 s. */
    static long fixed(long nanos) {
        return Math.floorDiv(nanos, NANOS) << 32 | (Math.floorMod(nanos, NANOS) << 32) / NANOS;
    }

    /** From one moment to another: right when they are less than 68 years apart, whatever the era. */
    static Duration between(long from, long to) {
        return span(to - from);
    }

    /** A signed number of 2^-32 s. */
    static Duration span(long fixed) {
        return Duration.ofSeconds(fixed >> 32, ((fixed & 0xffff_ffffL) * NANOS) >>> 32);
    }

    private static Duration duration(int shortFormat) {
        long fixed = shortFormat & 0xffff_ffffL;
        return Duration.ofSeconds(fixed >> 16, ((fixed & 0xffff) * NANOS) >>> 16);
    }

    private static int shortFormat(Duration duration) {
        return (int) ((duration.getSeconds() << 16) + (((long) duration.getNano() << 16) + NANOS / 2) / NANOS);
    }
}
