package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.tftp.TftpOption.BlockSize;
import dev.garboard.tftp.TftpOption.Timeout;
import dev.garboard.tftp.TftpOption.TransferSize;
import dev.garboard.tftp.TftpOption.Unknown;
import dev.garboard.tftp.TftpOption.WindowSize;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TermsTest {
    private static final int LONGEST_TIMEOUT = 30;

    private static final TftpConfig config =
            TftpConfig.defaults(new InetSocketAddress(InetAddress.getLoopbackAddress(), 69));

    @Test
    void acknowledgesNothingThatWasNotAsked() {
        assertEquals(
                new Terms(512, 1, Duration.ofSeconds(1), List.of()), Terms.negotiate(List.of(), 1000, config, true));
    }

    @Test
    void answersTheOptionsOfTheFirmwareInTheirOrder() {
        var asked =
                List.<TftpOption>of(new TransferSize(0), new BlockSize(1468), new WindowSize(4), new Unknown("x", "y"));

        assertEquals(
                new Terms(
                        1468,
                        4,
                        Duration.ofSeconds(1),
                        List.of(new TransferSize(1000), new BlockSize(1468), new WindowSize(4))),
                Terms.negotiate(asked, 1000, config, true));
    }

    @Test
    void clampsBlockAndWindow() {
        var asked = List.<TftpOption>of(new BlockSize(65464), new WindowSize(64));

        assertEquals(
                new Terms(1468, 16, Duration.ofSeconds(1), List.of(new BlockSize(1468), new WindowSize(16))),
                Terms.negotiate(asked, 1000, config, true));
    }

    @Test
    void keepsTheTimeoutTheClientAsksForUnlessItWouldHoldTheTransferForever() {
        assertEquals(
                new Terms(512, 1, Duration.ofSeconds(3), List.of(new Timeout(3))),
                Terms.negotiate(List.of(new Timeout(3)), 1000, config, true));
        assertEquals(
                new Terms(512, 1, Duration.ofSeconds(1), List.of()),
                Terms.negotiate(List.of(new Timeout(255)), 1000, config, true));
    }

    @Test
    void givesAClientThatLosesWindowsOneBlockAtATime() {
        assertEquals(
                new Terms(512, 1, Duration.ofSeconds(1), List.of(new WindowSize(1))),
                Terms.negotiate(List.of(new WindowSize(4)), 1000, config, false));
    }

    @Test
    void takesTheFirstOfARepeatedOption() {
        assertEquals(
                new Terms(512, 1, Duration.ofSeconds(1), List.of(new BlockSize(512))),
                Terms.negotiate(List.of(new BlockSize(512), new BlockSize(1024)), 1000, config, true));
    }

    @Test
    void theLongestTimeoutThatIsKept() {
        for (int seconds = 1; seconds <= 255; seconds++) {
            var asked = List.<TftpOption>of(new Timeout(seconds));

            var expected = seconds <= LONGEST_TIMEOUT
                    ? new Terms(512, 1, Duration.ofSeconds(seconds), asked)
                    : new Terms(512, 1, Duration.ofSeconds(1), List.of());

            assertEquals(expected, Terms.negotiate(asked, 1000, config, true));
        }
    }
}
