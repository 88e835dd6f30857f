package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ListenFailureTest {

    @Test
    void theHostTellsWhyAPortCannotBeHad() {
        assertEquals(ListenFailure.NOT_OF_THIS_HOST, ListenFailure.of(false, true, true));
        assertEquals(ListenFailure.TAKEN, ListenFailure.of(true, true, true));
        assertEquals(ListenFailure.NOT_PERMITTED, ListenFailure.of(true, false, true));
        assertEquals(ListenFailure.TAKEN, ListenFailure.of(true, false, false));
    }

    @Test
    void aListenerIsToldFromAConnectionOfTheSamePort() {
        var listener =
                "   0: 0100007F:1D13 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8241";
        var connection =
                "   1: 0100007F:1D13 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 8242";

        assertTrue(ListenFailure.listens(listener, 7443));
        assertFalse(ListenFailure.listens(listener, 443));
        assertFalse(ListenFailure.listens(connection, 7443));
        assertFalse(ListenFailure.listens("  sl  local_address rem_address   st", 7443));
        assertFalse(ListenFailure.listens("0: 0100007F:1D13 0A", 7443));
    }

    @Test
    void theWordsOfAnExceptionDoNotDecide() {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7443);

        assertEquals(ListenFailure.OTHER, ListenFailure.of(address, new IOException("Address already in use")));
        assertEquals(ListenFailure.OTHER, ListenFailure.of(address, null));
    }
}
