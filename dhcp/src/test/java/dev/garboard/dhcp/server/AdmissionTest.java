package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.server.Sender.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private final Admission admission = new Admission(3, () -> now);

    private static Sender mac(int number) {
        return sender(number, Standing.NONE);
    }

    private static Sender sender(int number, Standing standing) {
        var mac = MacAddress.parse("52:54:00:%02x:%02x:%02x".formatted(number >> 16, number >> 8 & 255, number & 255));
        return new Sender(mac, "lab", false, standing);
    }

    private Optional<Silence> ask(int number) {
        return ask(mac(number));
    }

    private Optional<Silence> ask(Sender sender) {
        var refusal = admission.refuse(sender);
        if (refusal.isEmpty()) {
            admission.done(sender);
        }
        return refusal;
    }

    private void exhaust(int number) {
        for (int i = 0; i < 20; i++) {
            assertEquals(Optional.empty(), ask(number));
        }
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(number));
    }

    @Test
    void aClientIsDecidedAboutOnceAtATime() {
        assertEquals(Optional.empty(), admission.refuse(mac(1)));
        assertEquals(Optional.of(Silence.STILL_DECIDING), admission.refuse(mac(1)));

        admission.done(mac(1));

        assertEquals(Optional.empty(), admission.refuse(mac(1)));
    }

    @Test
    void atMostSoManyAreDecidedAboutAtOnce() {
        for (int i = 1; i <= 3; i++) {
            assertEquals(Optional.empty(), admission.refuse(mac(i)));
        }
        assertEquals(Optional.of(Silence.OVERLOADED), admission.refuse(mac(4)));

        admission.done(mac(2));

        assertEquals(Optional.empty(), admission.refuse(mac(4)));
    }

    @Test
    void aFloodInAMachinesNameTakesNothingFromWhoShowsItsAddressOrComesAnotherWay() {
        exhaust(1);

        assertEquals(Optional.empty(), ask(sender(1, Standing.KNOWS_ITS_ADDRESS)));
        assertEquals(Optional.empty(), ask(sender(1, Standing.HAS_ITS_ADDRESS)));
        assertEquals(Optional.empty(), ask(new Sender(mac(1).mac(), "lab", true, Standing.NONE)));
        assertEquals(Optional.empty(), ask(new Sender(mac(1).mac(), "rack-2", false, Standing.NONE)));
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(1));
    }

    @Test
    void aQuarterOfThePlacesIsForWhoShowsItsAddress() {
        var admission = new Admission(4, () -> now);
        for (int i = 1; i <= 3; i++) {
            assertEquals(Optional.empty(), admission.refuse(mac(i)));
        }

        assertEquals(Optional.of(Silence.OVERLOADED), admission.refuse(mac(4)));
        assertEquals(Optional.empty(), admission.refuse(sender(4, Standing.KNOWS_ITS_ADDRESS)));
        assertEquals(Optional.of(Silence.OVERLOADED), admission.refuse(sender(5, Standing.HAS_ITS_ADDRESS)));
    }

    @Test
    void everyHalfSecondGivesOneMessageBack() {
        exhaust(1);

        now = now.plusMillis(499);
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(1));
        now = now.plusMillis(1);
        assertEquals(Optional.empty(), ask(1));
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(1));
        now = now.plusMillis(1500);
        for (int i = 0; i < 3; i++) {
            assertEquals(Optional.empty(), ask(1));
        }
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(1));
    }

    @Test
    void aLongSilenceGivesTheWholeBurstAndNoMore() {
        exhaust(1);

        now = now.plus(Duration.ofDays(1));

        exhaust(1);
    }

    @Test
    void aClockThatIsSetBackTakesNothing() {
        assertEquals(Optional.empty(), ask(1));

        now = now.minusSeconds(3600);

        for (int i = 0; i < 19; i++) {
            assertEquals(Optional.empty(), ask(1));
        }
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(1));
    }

    @Test
    void theClientHeardOfLongestAgoIsForgottenBeyond8192() {
        exhaust(0);
        for (int i = 1; i < 8192; i++) {
            ask(i);
        }
        assertEquals(Optional.of(Silence.RATE_LIMITED), ask(0));
        for (int i = 1; i <= 8192; i++) {
            ask(i);
        }
        assertEquals(Optional.empty(), ask(0));
    }
}
