package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What belongs to one boot, and when firmware is told in another way. */
class BootDialoguesTest {

    private static final Inet4Address ADDRESS = Ipv4.parse("192.168.77.100");
    private static final String PXE = "PXEClient:Arch:00007:UNDI:003000";
    private static final String HTTP = "HTTPClient:Arch:00016:UNDI:003001";

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private int asked;
    private final BootDialogues dialogues = new BootDialogues(
            (_, _, _) -> {
                asked++;
                return CompletableFuture.completedFuture(new BootInstruction.LoadFile("a/snponly.efi"));
            },
            () -> now);

    private static Request request(int number, MessageType type, int transaction, String vendorClass) {
        var mac = MacAddress.parse("52:54:00:00:%02x:%02x".formatted(number >> 8, number & 255));
        var message = DhcpMessage.fromClient(
                mac,
                transaction,
                new DhcpOptions(List.of(new DhcpOption.Type(type), new DhcpOption.VendorClass(vendorClass))));
        return new Request(
                message, type, Client.of(message, mac), Bench.SERVER, false, new InetSocketAddress(Ipv4.ANY, 68));
    }

    private ReplyShape discover(int transaction) {
        return shape(request(1, MessageType.DISCOVER, transaction, PXE));
    }

    private ReplyShape shape(Request request) {
        return dialogues.answer(request, ADDRESS).toCompletableFuture().join().shape();
    }

    @Test
    void firmwareThatBeginsAgainIsToldInAnotherWay() {
        var shapes = new ArrayList<ReplyShape>();
        for (int transaction = 1; transaction <= 4; transaction++) {
            shapes.add(discover(transaction));
            now = now.plusSeconds(59);
        }

        assertEquals(
                List.of(
                        ReplyShape.DISCOVERY_CONTROL,
                        ReplyShape.DISCOVERY_CONTROL,
                        ReplyShape.ASK_BOOT_PORT,
                        ReplyShape.FILE_ONLY),
                shapes);
    }

    @Test
    void soIsFirmwareThatRepeatsItsDiscover() {
        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(1));
        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(1));
        assertEquals(ReplyShape.ASK_BOOT_PORT, discover(1));
        assertEquals(1, asked);
    }

    @Test
    void aMinuteLaterItIsAnotherBoot() {
        for (int i = 0; i < 3; i++) {
            discover(1);
        }

        now = now.plusSeconds(60);

        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(2));
        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(3));
        assertEquals(ReplyShape.ASK_BOOT_PORT, discover(4));
    }

    @Test
    void afterAnAcknowledgementNothingIsUnanswered() {
        for (int i = 0; i < 2; i++) {
            discover(1);
        }
        shape(request(1, MessageType.REQUEST, 1, PXE));

        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(2));
        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(2));
    }

    @Test
    void anotherKindOfClientIsAnotherDialogue() {
        for (int i = 0; i < 3; i++) {
            discover(1);
        }
        shape(request(1, MessageType.DISCOVER, 1, HTTP));

        assertEquals(ReplyShape.DISCOVERY_CONTROL, discover(1));
        assertEquals(3, asked);
    }

    @Test
    void aRequestIsOfTheSameBootForFiveMinutes() {
        discover(1);
        now = now.plusSeconds(299);
        shape(request(1, MessageType.REQUEST, 7, PXE));
        assertEquals(1, asked);

        now = now.plusSeconds(1);
        shape(request(1, MessageType.REQUEST, 8, PXE));
        assertEquals(2, asked);
    }

    @Test
    void anotherAddressIsAnotherBoot() {
        discover(1);

        dialogues.answer(request(1, MessageType.REQUEST, 1, PXE), Ipv4.parse("192.168.77.101"));

        assertEquals(2, asked);
    }

    @Test
    void aDirectorThatThrowsFailsTheAnswerAndNothingElse() {
        var failing = new BootDialogues(
                (_, _, _) -> {
                    throw new IllegalStateException("no database");
                },
                () -> now);

        var answer = failing.answer(request(1, MessageType.DISCOVER, 1, PXE), ADDRESS)
                .toCompletableFuture();

        assertTrue(answer.isCompletedExceptionally());
    }

    @Test
    void theOldestOfMoreThan8192DialoguesIsForgotten() {
        for (int number = 0; number < 8192; number++) {
            shape(request(number, MessageType.DISCOVER, 1, PXE));
        }
        shape(request(0, MessageType.REQUEST, 1, PXE));
        assertEquals(8192, asked);

        shape(request(8192, MessageType.DISCOVER, 1, PXE));
        shape(request(1, MessageType.REQUEST, 1, PXE));

        assertEquals(8194, asked);
    }
}
