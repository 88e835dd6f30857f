package dev.garboard.agent.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.clock.Sample.UnusableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NtpPacketTest {

    private static final Instant SENT = Instant.parse("2026-11-23T12:00:00Z");

    /** After RFC 5905 figure 8, written by hand: stratum 2, root delay 12.6 ms, root dispersion 1.1 ms. */
    private static final String ANSWER = "240206e70000033900000048c0248f97ecb1a8f04a1c3b52" + "1122334455667788"
            + "ecb1a90080000000" + "ecb1a90080001000";

    private static NtpPacket good() {
        return answer(0, 2, Duration.ofMillis(10), Duration.ofMillis(2), SENT.plusMillis(300), SENT.plusMillis(301));
    }

    private static NtpPacket answer(
            int leap, int stratum, Duration rootDelay, Duration rootDispersion, Instant receive, Instant transmit) {
        return new NtpPacket(
                leap,
                4,
                NtpPacket.SERVER,
                stratum,
                rootDelay,
                rootDispersion,
                0x52415445,
                NtpPacket.time(transmit.minusSeconds(100)),
                1,
                NtpPacket.time(receive),
                NtpPacket.time(transmit));
    }

    private static Sample sample(NtpPacket answer) throws UnusableException {
        return Sample.of(answer, NtpPacket.time(SENT), NtpPacket.time(SENT.plusMillis(21)));
    }

    private static UnusableException refused(NtpPacket answer) {
        return assertThrows(UnusableException.class, () -> sample(answer));
    }

    @Test
    void anAnswerIsRead() {
        byte[] bytes = HexFormat.of().parseHex(ANSWER);

        var packet = NtpPacket.read(bytes, bytes.length);

        assertEquals(NtpPacket.SERVER, packet.mode());
        assertEquals(4, packet.version());
        assertEquals(2, packet.stratum());
        assertEquals(12, packet.rootDelay().toMillis());
        assertEquals(1, packet.rootDispersion().toMillis());
        assertEquals(0x1122334455667788L, packet.origin());
        assertEquals(packet, NtpPacket.read(good(packet), NtpPacket.BYTES));
        assertThrows(IllegalArgumentException.class, () -> NtpPacket.read(bytes, NtpPacket.BYTES - 1));
    }

    /** Written and read again; root delay and dispersion are coarser than a Duration, so of what was read. */
    private static byte[] good(NtpPacket packet) {
        return NtpPacket.read(packet.write(), NtpPacket.BYTES).write();
    }

    @Test
    void aQuestionSaysNothingButItsNumber() {
        assertEquals(
                "23" + "0".repeat(78) + "00000000deadbeef",
                HexFormat.of().formatHex(NtpPacket.question(0xdeadbeefL).write()));
    }

    @Test
    void theOffsetIsTheMiddleOfTheWayThereAndBack() throws Exception {
        var sample = sample(good());

        assertEquals(290, sample.offset().plusNanos(500).toMillis());
        // Half of 20 ms on the way and of 10 ms root delay, 2 ms of dispersion, 5 ms that are always assumed.
        assertEquals(22, sample.error().plusNanos(500_000).toMillis());
    }

    @Test
    void timesBeyondTheEraOf2036AreRightToo() throws Exception {
        var sent = Instant.parse("2036-02-07T06:28:10Z");
        var answer = answer(0, 2, Duration.ZERO, Duration.ZERO, sent.plusSeconds(60), sent.plusSeconds(60));

        var sample = Sample.of(answer, NtpPacket.time(sent), NtpPacket.time(sent));

        assertEquals(60_000, sample.offset().plusNanos(1000).toMillis());
    }

    @Test
    void whatMayNotBeBelievedIsRefusedWithItsReason() {
        var at = SENT.plusMillis(300);
        assertEquals(
                "says that its own clock is not synchronized",
                refused(answer(NtpPacket.ALARM, 2, Duration.ZERO, Duration.ZERO, at, at))
                        .getMessage());
        assertEquals(
                "says that its own clock is not synchronized",
                refused(answer(0, 16, Duration.ZERO, Duration.ZERO, at, at)).getMessage());
        assertEquals(
                "may be wrong by 2015 ms, too much to be of use",
                refused(answer(0, 2, Duration.ZERO, Duration.ofSeconds(2), at, at))
                        .getMessage());
        assertEquals(
                "gave an answer without its times",
                refused(answer(0, 2, Duration.ZERO, Duration.ZERO, at, at.minusSeconds(1)))
                        .getMessage());
        var kiss = refused(answer(0, 0, Duration.ZERO, Duration.ZERO, at, at));
        assertEquals("wants to be left alone (RATE)", kiss.getMessage());
        assertTrue(kiss.goAway);
    }

    @Test
    void anyBytesAreASampleOrRefused() {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[NtpPacket.BYTES];
            random.nextBytes(bytes);
            try {
                var sample = Sample.of(NtpPacket.read(bytes, bytes.length), random.nextLong(), random.nextLong());
                assertTrue(sample.error().toMillis() <= 1500, sample::toString);
            } catch (UnusableException refused) {
                assertTrue(!String.valueOf(refused.getMessage()).isEmpty());
            }
        }
    }
}
