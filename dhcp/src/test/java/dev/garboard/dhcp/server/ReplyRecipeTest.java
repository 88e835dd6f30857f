package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Fixtures;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientMessages;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What replies look like, byte for byte where firmware cares. */
class ReplyRecipeTest {

    private static final String OVMF = "c-ovmf-pxev4-snponly.efi-01-discover";
    private static final String OVMF_HTTP = "d-ovmf-httpv4-uki.efi-fwcfg-01-discover";
    private static final String ROM = "a-seabios-ipxerom-e1000-01-discover";
    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");
    private static final Octets NO_UUID = Octets.ofHex("00".repeat(17));

    private final Bench bench = new Bench();

    private void boots(BootInstruction instruction) {
        bench.instruction = CompletableFuture.completedFuture(instruction);
    }

    @Test
    void firmwarePxeIsNamedItsFileInEveryPlaceItMayLook() {
        boots(new BootInstruction.LoadFile("0123/snponly.efi"));

        var offer = bench.reply(Fixtures.message(OVMF));

        assertEquals(Bench.SERVER, offer.nextServer());
        assertEquals("192.168.77.1", offer.serverName());
        assertEquals("0123/snponly.efi", offer.bootFile());
        assertEquals(0x8000, offer.flags());
        assertEquals(
                List.of(
                        new DhcpOption.Type(MessageType.OFFER),
                        new DhcpOption.ServerIdentifier(Bench.SERVER),
                        new DhcpOption.SubnetMask(Ipv4.mask(24)),
                        new DhcpOption.Routers(List.of(Bench.SERVER)),
                        new DhcpOption.BroadcastAddress(Ipv4.parse("192.168.77.255")),
                        DhcpOption.VendorInformation.USE_THIS_BOOT_FILE,
                        new DhcpOption.LeaseTime(Duration.ofMinutes(2)),
                        new DhcpOption.VendorClass("PXEClient"),
                        new DhcpOption.TftpServerName("192.168.77.1"),
                        new DhcpOption.MachineIdentifier(NO_UUID),
                        new DhcpOption.BootFileName("0123/snponly.efi")),
                offer.options().list());
        assertEquals(
                "060108ff",
                DhcpOption.VendorInformation.USE_THIS_BOOT_FILE.value().toString());
    }

    @Test
    void uefiHttpBootIsGivenTheUriAndNoPxeOption() {
        boots(new BootInstruction.HttpBoot(URI.create("http://192.168.77.1/boot/0123/ipxe.efi")));

        var offer = bench.reply(Fixtures.message(OVMF_HTTP));

        assertEquals("http://192.168.77.1/boot/0123/ipxe.efi", offer.bootFile());
        assertEquals(
                "HTTPClient",
                offer.options().find(DhcpOption.VendorClass.class).orElseThrow().name());
        assertTrue(offer.options().find(DhcpOption.VendorInformation.class).isEmpty());
    }

    @Test
    void iPxeIsGivenItsScriptAndToldThatThereIsNoProxy() {
        boots(new BootInstruction.Script(URI.create("http://192.168.77.1/boot/0123/script.ipxe")));

        var offer = bench.reply(Fixtures.message(ROM));

        assertEquals("http://192.168.77.1/boot/0123/script.ipxe", offer.bootFile());
        assertEquals(Bench.SERVER, offer.nextServer());
        assertEquals(
                DhcpOption.Ipxe.NO_PROXY,
                offer.options().find(DhcpOption.Ipxe.class).orElseThrow());
        assertEquals(
                new DhcpOption.ClientIdentifier(Octets.ofHex("01525400770001")),
                offer.options().find(DhcpOption.ClientIdentifier.class).orElseThrow());
    }

    @Test
    void aUriTooLongForTheFieldIsInOption67Alone() {
        var uri = "http://192.168.77.1/" + "x".repeat(120);
        boots(new BootInstruction.Script(URI.create(uri)));

        var offer = bench.reply(Fixtures.message(ROM));

        assertEquals("", offer.bootFile());
        assertEquals(
                uri,
                offer.options()
                        .find(DhcpOption.BootFileName.class)
                        .orElseThrow()
                        .name());
    }

    @Test
    void whoHasNothingToBootStillGetsAnAddress() {
        var offer = bench.reply(Fixtures.message(OVMF));

        assertTrue(bench.pool.subnet().inRange(offer.yourAddress()));
        assertEquals("", offer.bootFile());
        assertEquals(Ipv4.ANY, offer.nextServer());
        assertTrue(offer.options().find(DhcpOption.VendorClass.class).isEmpty());
    }

    @Test
    void theAgentGetsALongLeaseWithItsTimersAndIsNotAskedAbout() {
        var discover = new ClientMessages(ClientIdentity.agent(MAC, null)).discover(1);

        var offer = bench.reply(discover);

        assertEquals(
                Duration.ofMinutes(30),
                offer.options().find(DhcpOption.RenewalTime.class).orElseThrow().value());
        assertEquals(List.of(), bench.asked);
    }

    @Test
    void theAckSaysWhatTheOfferSaid() {
        boots(new BootInstruction.LoadFile("0123/snponly.efi"));
        var discover = Fixtures.message(OVMF);
        var offer = bench.reply(discover);

        var ack = bench.reply(requestFor(discover, offer));

        assertEquals(MessageType.ACK, ack.type().orElseThrow());
        assertEquals(
                offer.options()
                        .with(new DhcpOption.Type(MessageType.ACK))
                        .list()
                        .size(),
                ack.options().list().size());
        assertEquals(offer.bootFile(), ack.bootFile());
        assertEquals(offer.yourAddress(), ack.yourAddress());
        assertEquals(1, bench.asked.size());
    }

    @Test
    void aRelayedRequestIsAnsweredToTheRelayWithItsOptionLast() {
        var relay = Ipv4.parse("192.168.77.254");
        var discover = relayed(Fixtures.message(OVMF), "192.168.77.254");

        var outcome = (Outcome.Reply) bench.handle(discover);

        assertEquals(new InetSocketAddress(relay, 67), outcome.destination());
        assertEquals(relay, outcome.message().relay());
        assertEquals(3, outcome.message().hops());
        assertEquals(
                new DhcpOption.RelayAgent(Octets.ofHex("0104deadbeef")),
                outcome.message().options().list().getLast());
    }

    @Test
    void aRefusalThroughARelayCarriesItsOptionAndAsksForBroadcast() {
        var request = relayed(
                DhcpMessage.fromClient(
                        MAC,
                        1,
                        DhcpOptions.of(
                                new DhcpOption.Type(MessageType.REQUEST),
                                new DhcpOption.RequestedAddress(Ipv4.parse("10.0.0.9")))),
                "192.168.77.254");

        var nak = bench.reply(request);

        assertEquals(MessageType.NAK, nak.type().orElseThrow());
        assertTrue(nak.wantsBroadcast());
        assertEquals(Ipv4.ANY, nak.yourAddress());
        assertEquals(
                new DhcpOption.RelayAgent(Octets.ofHex("0104deadbeef")),
                nak.options().list().getLast());
        assertEquals(
                "10.0.0.9 is not an address of this network",
                nak.options().find(DhcpOption.Text.class).orElseThrow().message());
    }

    @Test
    void aRelayOfAnotherNetworkIsNotAnswered() {
        assertEquals(Silence.NO_SUBNET, bench.silence(relayed(Fixtures.message(OVMF), "10.9.9.9")));
    }

    @Test
    void repliesGoByBroadcastToWhoHasNoAddressAndByUnicastToWhoHas() {
        var discover = new ClientMessages(ClientIdentity.agent(MAC, null)).discover(1);
        var offer = (Outcome.Reply) bench.handle(discover);
        var renew = DhcpMessage.fromClient(MAC, 2, DhcpOptions.of(new DhcpOption.Type(MessageType.REQUEST)))
                .withClientAddress(offer.message().yourAddress());

        var ack = (Outcome.Reply) bench.handle(renew);

        assertEquals(new InetSocketAddress(Ipv4.BROADCAST, 68), offer.destination());
        assertEquals(new InetSocketAddress(offer.message().yourAddress(), 68), ack.destination());
        assertEquals(offer.message().yourAddress(), ack.message().clientAddress());
    }

    @Test
    void theBootPortAnswersToWhereTheRequestCameFrom() {
        boots(new BootInstruction.LoadFile("0123/snponly.efi"));
        var discover = Fixtures.message(OVMF);
        var address = bench.reply(requestFor(discover, bench.reply(discover))).yourAddress();
        bench.journal.clear();
        var request = Fixtures.message("c-ovmf-pxev4-snponly.efi-03-request");
        var asked = request.withOptions(request.options()
                        .without(o ->
                                o instanceof DhcpOption.ServerIdentifier || o instanceof DhcpOption.RequestedAddress))
                .withClientAddress(address);
        var sender = new InetSocketAddress(address, 4011);

        var outcome = (Outcome.Reply) bench.handleFrom(asked, true, sender).join();

        assertEquals(sender, outcome.destination());
        assertEquals(MessageType.ACK, outcome.message().type().orElseThrow());
        assertEquals(address, outcome.message().clientAddress());
        assertEquals(Ipv4.ANY, outcome.message().yourAddress());
        assertEquals(Bench.SERVER, outcome.message().nextServer());
        assertEquals("0123/snponly.efi", outcome.message().bootFile());
        assertTrue(outcome.message()
                .options()
                .find(DhcpOption.VendorInformation.class)
                .isEmpty());
        assertTrue(outcome.message().options().find(DhcpOption.LeaseTime.class).isEmpty());
        assertEquals(List.of(), bench.journal);
    }

    @Test
    void anInformIsToldEverythingButAnAddress() {
        var address = Ipv4.parse("192.168.77.20");
        var inform = DhcpMessage.fromClient(MAC, 2, DhcpOptions.of(new DhcpOption.Type(MessageType.INFORM)))
                .withClientAddress(address);

        var ack = bench.reply(inform);

        assertEquals(Ipv4.ANY, ack.yourAddress());
        assertTrue(ack.options().find(DhcpOption.LeaseTime.class).isEmpty());
        assertTrue(ack.options().has(DhcpOption.Routers.class));
    }

    @Test
    void firmwareThatTakesNoNoticeIsOfferedTheOtherShapes() {
        boots(new BootInstruction.LoadFile("0123/snponly.efi"));
        var shapes = Stream.of(0, 4, 12, 28)
                .map(seconds -> {
                    bench.now = bench.now.plusSeconds(seconds);
                    var options = bench.reply(Fixtures.message(OVMF).withSeconds(seconds))
                            .options();
                    return options.has(DhcpOption.VendorClass.class) + " "
                            + options.has(DhcpOption.VendorInformation.class);
                })
                .toList();

        assertEquals(List.of("true true", "true true", "true false", "false false"), shapes);
        assertEquals(1, bench.asked.size());
    }

    @Test
    void iPxeThatWaitsForAProxyIsNotSuspected() {
        boots(new BootInstruction.Script(URI.create("http://192.168.77.1/s")));
        for (int i = 0; i < 4; i++) {
            var offer = bench.reply(Fixtures.message(ROM));
            assertTrue(offer.options().has(DhcpOption.VendorInformation.class));
        }
    }

    @Test
    void aReplyThatIsTooLargeLosesItsDuplicatesFirst() {
        boots(new BootInstruction.Script(URI.create("http://192.168.77.1/" + "x".repeat(100))));
        var small = Fixtures.message(ROM);
        var discover = small.withOptions(small.options()
                .without(DhcpOption.MaximumSize.class::isInstance)
                .with(new DhcpOption.RelayAgent(Octets.ofHex("01" + "58" + "aa".repeat(88)))));

        var outcome = (Outcome.Reply) bench.handle(discover);

        assertTrue(
                outcome.bytes().length() <= 548,
                () -> "it has " + outcome.bytes().length());
        var read = DhcpCodec.decode(outcome.bytes().toArray());
        assertTrue(read.options().find(DhcpOption.TftpServerName.class).isEmpty());
        assertTrue(read.options().has(DhcpOption.BootFileName.class));
    }

    @Test
    void anInstructionThatTheClientCannotFollowIsNotSent() {
        boots(new BootInstruction.Script(URI.create("http://192.168.77.1/s")));
        assertEquals(Silence.DECISION_FAILED, bench.silence(Fixtures.message(OVMF)));

        boots(new BootInstruction.HttpBoot(URI.create("http://boot.example/s")));
        assertEquals(Silence.DECISION_FAILED, bench.silence(Fixtures.message(OVMF_HTTP)));
    }

    @Test
    void bootFilesThatFitNoFieldAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BootInstruction.LoadFile("x".repeat(128)));
        assertThrows(IllegalArgumentException.class, () -> new BootInstruction.LoadFile(""));
    }

    static DhcpMessage requestFor(DhcpMessage discover, DhcpMessage offer) {
        return discover.withOptions(discover.options()
                .with(new DhcpOption.Type(MessageType.REQUEST))
                .with(new DhcpOption.ServerIdentifier(Bench.SERVER))
                .with(new DhcpOption.RequestedAddress(offer.yourAddress())));
    }

    private static DhcpMessage relayed(DhcpMessage m, String relay) {
        return new DhcpMessage(
                m.reply(),
                m.hardwareType(),
                m.hardwareAddress(),
                3,
                m.transactionId(),
                m.seconds(),
                m.flags(),
                m.clientAddress(),
                m.yourAddress(),
                m.nextServer(),
                Ipv4.parse(relay),
                m.serverName(),
                m.bootFile(),
                m.options().with(new DhcpOption.RelayAgent(Octets.ofHex("0104deadbeef"))));
    }
}
