package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Fixtures;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DhcpServerTest {

    private static final String OVMF = "c-ovmf-pxev4-snponly.efi-01-discover";
    private static final String IPXE = "c-ovmf-pxev4-snponly.efi-07-discover";

    private final Bench bench = new Bench();

    @Test
    void theAckWaitsUntilTheLeaseIsOnDisk() {
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);
        bench.disk = new CompletableFuture<>();

        var ack = bench.handleLater(ReplyRecipeTest.requestFor(discover, offer));

        assertFalse(ack.isDone());
        assertEquals(1, bench.journal.size());
        bench.disk.complete(null);
        assertInstanceOf(Outcome.Reply.class, ack.join());
        assertEquals(offer.yourAddress(), bench.pool.active().getFirst().address());
    }

    @Test
    void aLeaseThatCouldNotBeStoredIsNotAcknowledged() {
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);
        bench.disk = CompletableFuture.failedFuture(new IllegalStateException("disk full"));

        assertEquals(Silence.LEASE_NOT_COMMITTED, bench.silence(ReplyRecipeTest.requestFor(discover, offer)));
        assertEquals(List.of(), bench.pool.active());
    }

    @Test
    void aRestartKeepsLeases() {
        // An address that the client's MAC address does not lead to by itself: only the journal knows of it.
        var first = MacAddress.parse("52:54:00:00:00:01");
        var other = MacAddress.parse("52:54:00:00:00:02");
        var unwished = bench.reply(discover(first, null)).yourAddress();
        var wish = unwished.equals(Ipv4.parse("192.168.77.150"))
                ? Ipv4.parse("192.168.77.151")
                : Ipv4.parse("192.168.77.150");
        var offer = bench.reply(discover(other, wish));
        assertEquals(wish, offer.yourAddress());
        bench.reply(ReplyRecipeTest.requestFor(discover(other, wish), offer));

        bench.restart(Bench.subnet());

        assertEquals(wish, bench.reply(discover(other, null)).yourAddress());
        assertNotEquals(wish, bench.reply(discover(first, wish)).yourAddress());
    }

    private static DhcpMessage discover(MacAddress mac, @Nullable Inet4Address wish) {
        var type = new DhcpOption.Type(MessageType.DISCOVER);
        return DhcpMessage.fromClient(
                mac,
                7,
                wish == null ? DhcpOptions.of(type) : DhcpOptions.of(type, new DhcpOption.RequestedAddress(wish)));
    }

    @Test
    void everyStageOfABootHasTheSameAddressAndIsDirectedOnce() {
        bench.instruction = CompletableFuture.completedFuture(new BootInstruction.LoadFile("a/snponly.efi"));
        var firmware = Fixtures.message(OVMF);
        var first = bench.reply(firmware);
        bench.reply(ReplyRecipeTest.requestFor(firmware, first));
        bench.now = bench.now.plusSeconds(6);
        bench.instruction =
                CompletableFuture.completedFuture(new BootInstruction.Script(URI.create("http://192.168.77.1/s")));
        var loader = Fixtures.message(IPXE);
        var second = bench.reply(loader);
        bench.reply(loader);
        bench.reply(ReplyRecipeTest.requestFor(loader, second));
        bench.reply(ReplyRecipeTest.requestFor(loader, second));

        assertEquals(first.yourAddress(), second.yourAddress());
        assertEquals(
                List.of(ClientKind.PXE, ClientKind.IPXE),
                bench.asked.stream().map(Client::kind).toList());
    }

    @Test
    void theNextBootIsDirectedAnewAlthoughItsTransactionIdIsTheSame() {
        bench.instruction =
                CompletableFuture.completedFuture(new BootInstruction.Script(URI.create("http://192.168.77.1/s")));
        var discover = Fixtures.message(IPXE);
        for (int boot = 0; boot < 2; boot++) {
            bench.reply(ReplyRecipeTest.requestFor(discover, bench.reply(discover)));
            bench.now = bench.now.plusSeconds(20);
        }
        assertEquals(2, bench.asked.size());
    }

    @Test
    void aDecisionThatFailsIsMadeAgain() {
        bench.instruction = CompletableFuture.failedFuture(new IllegalStateException("no database"));
        assertEquals(Silence.DECISION_FAILED, bench.silence(Fixtures.message(OVMF)));

        bench.instruction = CompletableFuture.completedFuture(new BootInstruction.Nothing("none"));
        assertEquals(
                MessageType.OFFER, bench.reply(Fixtures.message(OVMF)).type().orElseThrow());
    }

    @Test
    void whileADecisionIsBeingMadeTheClientIsNotAnsweredTwice() {
        var later = new CompletableFuture<BootInstruction>();
        bench.instruction = later;
        var first = bench.handleLater(Fixtures.message(OVMF));

        assertEquals(Silence.STILL_DECIDING, bench.silence(Fixtures.message(OVMF)));

        later.complete(new BootInstruction.Nothing("none"));
        assertInstanceOf(Outcome.Reply.class, first.join());
        assertInstanceOf(Outcome.Reply.class, bench.handle(Fixtures.message(OVMF)));
    }

    @Test
    void aRefusedMachineIsNotAnswered() {
        bench.instruction = CompletableFuture.completedFuture(new BootInstruction.Refuse("rejected"));

        assertEquals(Silence.BOOT_REFUSED, bench.silence(Fixtures.message(OVMF)));
    }

    @Test
    void aClientThatShoutsIsLimitedAndRecovers() {
        int answered = 0;
        for (int i = 0; i < 100; i++) {
            answered += bench.handle(Fixtures.message(OVMF)) instanceof Outcome.Reply ? 1 : 0;
        }
        assertEquals(20, answered);
        assertEquals(Silence.RATE_LIMITED, bench.silence(Fixtures.message(OVMF)));

        bench.now = bench.now.plusSeconds(1);
        assertInstanceOf(Outcome.Reply.class, bench.handle(Fixtures.message(OVMF)));
    }

    /** A neighbour forges the machine's MAC address as often as it can. */
    @Test
    void aFloodOfDiscoversInItsNameKeepsNoMachineFromItsAddress() {
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);
        flood(discover);

        var ack = bench.reply(ReplyRecipeTest.requestFor(discover, offer));
        assertEquals(MessageType.ACK, ack.type().orElseThrow());

        // Who listens knows the address, and can ask for it too; only the machine sends from it.
        flood(ReplyRecipeTest.requestFor(discover, offer));
        var renewal = DhcpMessage.fromClient(
                        discover.mac().orElseThrow(), 9, DhcpOptions.of(new DhcpOption.Type(MessageType.REQUEST)))
                .withClientAddress(ack.yourAddress());
        var renewed = bench.handleFrom(renewal, false, new InetSocketAddress(ack.yourAddress(), 68))
                .join();
        assertInstanceOf(Outcome.Reply.class, renewed);
    }

    private void flood(DhcpMessage message) {
        for (int i = 0; i < 100; i++) {
            bench.handle(message);
        }
        assertEquals(Silence.RATE_LIMITED, bench.silence(message));
    }

    @Test
    void whatIsNotOneMachineOnEthernetIsNotAnswered() {
        var discover = DhcpOptions.of(new DhcpOption.Type(MessageType.DISCOVER));
        for (var mac : List.of("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01")) {
            assertEquals(
                    Silence.UNKNOWN_HARDWARE,
                    bench.silence(DhcpMessage.fromClient(MacAddress.parse(mac), 1, discover)));
        }
    }

    @Test
    void bootpAndUnknownTypesAreNotAnswered() {
        var mac = MacAddress.parse("52:54:00:77:00:01");
        assertEquals(Silence.NO_MESSAGE_TYPE, bench.silence(DhcpMessage.fromClient(mac, 1, DhcpOptions.NONE)));
    }

    @Test
    void aReleasedAddressIsFreeAndTheJournalKnows() {
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);
        bench.reply(ReplyRecipeTest.requestFor(discover, offer));
        var release = DhcpMessage.fromClient(
                        discover.mac().orElseThrow(),
                        9,
                        DhcpOptions.of(
                                new DhcpOption.Type(MessageType.RELEASE),
                                new DhcpOption.ServerIdentifier(Bench.SERVER)))
                .withClientAddress(offer.yourAddress());

        assertEquals(Silence.RELEASED, bench.silence(release));

        assertEquals(List.of(), bench.pool.active());
        assertEquals(bench.now, bench.journal.getLast().expires());
    }

    @Test
    void aDeclinedAddressIsNotOfferedAgainSoon() {
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);
        bench.reply(ReplyRecipeTest.requestFor(discover, offer));
        var decline = DhcpMessage.fromClient(
                discover.mac().orElseThrow(),
                9,
                DhcpOptions.of(
                        new DhcpOption.Type(MessageType.DECLINE),
                        new DhcpOption.ServerIdentifier(Bench.SERVER),
                        new DhcpOption.RequestedAddress(offer.yourAddress())));

        assertEquals(Silence.DECLINED, bench.silence(decline));

        assertEquals(List.of(), bench.pool.active());
        assertEquals(offer.yourAddress(), bench.journal.getLast().address());
        assertEquals(bench.now, bench.journal.getLast().expires());
        assertNotEquals(offer.yourAddress(), bench.reply(discover).yourAddress());
    }

    @Test
    void malformedOptionsOfFirmwareAreNoReasonForSilence() {
        var discover = Fixtures.message(OVMF);
        var odd = discover.withOptions(discover.options()
                .without(option -> option.code() == 93 || option.code() == 97 || option.code() == 94)
                .with(new DhcpOption.Undecodable(93, Octets.ofHex("07"), "odd"))
                .with(new DhcpOption.MachineIdentifier(Octets.ofHex("0102"))));

        var offer = bench.reply(odd);

        assertEquals(
                Ipv4.parse("192.168.77.1"),
                offer.options()
                        .find(DhcpOption.ServerIdentifier.class)
                        .orElseThrow()
                        .address());
        assertEquals(
                Octets.ofHex("0102"),
                offer.options()
                        .find(DhcpOption.MachineIdentifier.class)
                        .orElseThrow()
                        .value());
        assertEquals(
                "x64-uefi", bench.asked.getFirst().architecture().orElseThrow().label());
    }
}
