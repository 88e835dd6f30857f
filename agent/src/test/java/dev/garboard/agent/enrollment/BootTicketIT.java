package dev.garboard.agent.enrollment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import dev.garboard.agent.linux.Libc;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTicketIT {

    @TempDir
    Path directory;

    @Test
    void isReadOnceFromTheOpenFileAndForgottenAfterItsUse() throws Exception {
        var file = Files.writeString(directory.resolve("ticket"), "0123456789abcdef0123456789abcdef");
        int descriptor = Libc.open(file.toString(), Libc.O_RDONLY, 0);

        var ticket = BootTicket.take(descriptor);

        assertEquals("0123456789abcdef0123456789abcdef", ticket.shown().toStringUtf8());
        assertEquals("BootTicket[present]", ticket.toString());
        assertThrows(LastErrorException.class, () -> Libc.read(descriptor, new byte[1], new NativeLong(1)));

        ticket.forget();

        assertEquals(0, ticket.shown().size());
        assertEquals("BootTicket[none]", ticket.toString());
    }

    @Test
    void aFileThatIsNotOpenIsNoTicket() {
        assertEquals(0, BootTicket.take(987).shown().size());
    }

    @Test
    void noMoreIsReadThanATicketCanBe() throws Exception {
        var file = Files.writeString(directory.resolve("ticket"), "t".repeat(65));

        var ticket = BootTicket.take(Libc.open(file.toString(), Libc.O_RDONLY, 0));

        assertEquals("t".repeat(64), ticket.shown().toStringUtf8());
    }

    @Test
    void withoutATicketNothingIsShown() {
        assertEquals(0, BootTicket.none().shown().size());
        assertEquals("BootTicket[none]", BootTicket.none().toString());
    }
}
