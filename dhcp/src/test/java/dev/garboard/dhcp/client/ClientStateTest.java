package dev.garboard.dhcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.Route;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientStateTest {

    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");
    private static final Inet4Address SERVER = Ipv4.parse("192.168.77.1");
    private static final Inet4Address ADDRESS = Ipv4.parse("192.168.77.50");

    private final ClientContext context =
            new ClientContext(ClientIdentity.agent(MAC, "0123456789abcdef0123456789abcdef"), new Random(1));

    @Test
    void aClientDiscoversRequestsAndIsBound() {
        var discover = ClientState.start(context, START);
        var sent = sent(discover);
        assertEquals(MessageType.DISCOVER, sent.type().orElseThrow());
        assertEquals(
                "garboard-agent",
                sent.options().find(DhcpOption.VendorClass.class).orElseThrow().name());
        assertEquals(
                "0123456789abcdef0123456789abcdef",
                sent.options().find(DhcpOption.BootSession.class).orElseThrow().id());

        var request = discover.state().receive(reply(sent, MessageType.OFFER, 120), START.plusMillis(10));
        var requested = sent(request);
        assertEquals(
                ADDRESS,
                requested
                        .options()
                        .find(DhcpOption.RequestedAddress.class)
                        .orElseThrow()
                        .address());
        assertEquals(
                SERVER,
                requested
                        .options()
                        .find(DhcpOption.ServerIdentifier.class)
                        .orElseThrow()
                        .address());

        var bound = request.state().receive(reply(requested, MessageType.ACK, 120), START.plusMillis(20));
        var lease = assertInstanceOf(
                        ClientAction.Configure.class, bound.actions().getFirst())
                .lease();
        assertEquals(24, lease.prefixLength());
        assertEquals(START.plusMillis(20).plusSeconds(60), bound.state().deadline());
    }

    @Test
    void discoversAreRepeatedWithGrowingWaitsAndTheSameTransaction() {
        var step = ClientState.start(context, START);
        int id = sent(step).transactionId();
        var now = START;
        var waits = new ArrayList<Long>();
        for (int i = 0; i < 8; i++) {
            waits.add(Duration.between(now, step.state().deadline()).toSeconds());
            now = step.state().deadline();
            step = step.state().elapse(now);
            assertEquals(id, sent(step).transactionId());
        }
        assertTrue(waits.getFirst() <= 1 && waits.getLast() >= 25 && waits.getLast() <= 39, () -> "waits " + waits);
        assertEquals(Duration.between(START, now).toSeconds(), sent(step).seconds());
    }

    /** The same reply in other hands: with another number, for another card, or a request instead of a reply. */
    private static List<DhcpMessage> foreign(DhcpMessage reply) {
        var other = MacAddress.parse("52:54:00:77:00:02");
        return List.of(
                with(reply, true, DhcpMessage.fromClient(MAC, reply.transactionId() + 1, DhcpOptions.NONE)),
                with(reply, true, DhcpMessage.fromClient(other, reply.transactionId(), DhcpOptions.NONE)),
                with(reply, false, reply));
    }

    private static DhcpMessage with(DhcpMessage reply, boolean isReply, DhcpMessage as) {
        return new DhcpMessage(
                isReply,
                as.hardwareType(),
                as.hardwareAddress(),
                0,
                as.transactionId(),
                0,
                reply.flags(),
                reply.clientAddress(),
                reply.yourAddress(),
                reply.nextServer(),
                Ipv4.ANY,
                "",
                "",
                reply.options());
    }

    private static void assertOnlyTheOwnReplyCounts(ClientState state, DhcpMessage reply) {
        for (var foreign : foreign(reply)) {
            assertEquals(new ClientStep(state, List.of()), state.receive(foreign, START.plusMillis(5)));
        }
        assertNotEquals(state, state.receive(reply, START.plusMillis(5)).state());
    }

    @Test
    void aReplyToSomebodyElseChangesNothing() {
        var selecting = ClientState.start(context, START);
        var offer = reply(sent(selecting), MessageType.OFFER, 60);
        assertOnlyTheOwnReplyCounts(selecting.state(), offer);

        var requesting = selecting.state().receive(offer, START);
        assertOnlyTheOwnReplyCounts(requesting.state(), reply(sent(requesting), MessageType.ACK, 60));
        assertOnlyTheOwnReplyCounts(requesting.state(), reply(sent(requesting), MessageType.NAK, 60));

        var renewing = bound(120).state().elapse(START.plusSeconds(60));
        var asked = assertInstanceOf(
                        ClientAction.Unicast.class, renewing.actions().getFirst())
                .message();
        assertOnlyTheOwnReplyCounts(renewing.state(), reply(asked, MessageType.ACK, 60));
        assertOnlyTheOwnReplyCounts(renewing.state(), reply(asked, MessageType.NAK, 60));
    }

    @Test
    void aReplyOfTheWrongKindChangesNothing() {
        var selecting = ClientState.start(context, START);
        for (var kind : List.of(MessageType.ACK, MessageType.NAK, MessageType.DISCOVER)) {
            assertEquals(
                    new ClientStep(selecting.state(), List.of()),
                    selecting.state().receive(reply(sent(selecting), kind, 60), START));
        }
        var requesting = selecting.state().receive(reply(sent(selecting), MessageType.OFFER, 60), START);
        assertEquals(
                new ClientStep(requesting.state(), List.of()),
                requesting.state().receive(reply(sent(requesting), MessageType.OFFER, 60), START));
    }

    @Test
    void aLeaseThatNobodyExtendsIsAskedForAnewWithGrowingWaitsUntilItIsGranted() {
        var step = bound(120);
        while (!(step.state() instanceof ClientState.Selecting)) {
            step = step.state().elapse(step.state().deadline());
        }
        var waits = new ArrayList<Long>();
        var now = START.plusSeconds(120);
        for (int i = 0; i < 100; i++) {
            assertEquals(MessageType.DISCOVER, sent(step).type().orElseThrow());
            waits.add(Duration.between(now, step.state().deadline()).toSeconds());
            now = step.state().deadline();
            step = step.state().elapse(now);
        }
        assertTrue(waits.getFirst() <= 1 && waits.getLast() >= 25 && waits.getLast() <= 39, () -> "waits " + waits);

        var request = step.state().receive(reply(sent(step), MessageType.OFFER, 60), now);
        var bound = request.state().receive(reply(sent(request), MessageType.ACK, 60), now);

        assertInstanceOf(ClientState.Bound.class, bound.state());
    }

    @Test
    void anAddressIsGivenBackAlsoWhileItsLeaseIsBeingExtended() {
        var extending = assertInstanceOf(
                ClientState.Extending.class,
                bound(120).state().elapse(START.plusSeconds(60)).state());

        var actions = extending.release();

        var release = assertInstanceOf(ClientAction.Unicast.class, actions.getFirst());
        assertEquals(MessageType.RELEASE, release.message().type().orElseThrow());
        assertEquals(ADDRESS, release.message().clientAddress());
        assertEquals(new ClientAction.Deconfigure(extending.lease(), "released"), actions.getLast());
    }

    @Test
    void aNakSendsARequestingClientBackToTheStart() {
        var discover = ClientState.start(context, START);
        var request = discover.state().receive(reply(sent(discover), MessageType.OFFER, 60), START);

        var again = request.state().receive(reply(sent(request), MessageType.NAK, 60), START);

        assertInstanceOf(ClientState.Selecting.class, again.state());
        assertEquals(MessageType.DISCOVER, sent(again).type().orElseThrow());
    }

    @Test
    void aRequestWithoutAnswerIsGivenUpAfterThreeTries() {
        var discover = ClientState.start(context, START);
        var step = discover.state().receive(reply(sent(discover), MessageType.OFFER, 60), START);
        for (int i = 0; i < 2; i++) {
            step = step.state().elapse(step.state().deadline());
            assertInstanceOf(ClientState.Requesting.class, step.state());
        }
        assertInstanceOf(
                ClientState.Selecting.class,
                step.state().elapse(step.state().deadline()).state());
    }

    @Test
    void aBoundClientRenewsByUnicastThenRebindsByBroadcastThenLosesTheAddress() {
        var step = bound(120);
        var kinds = new ArrayList<String>();
        var now = step.state().deadline();
        while (step.state() instanceof ClientState.Bound || step.state() instanceof ClientState.Extending) {
            now = step.state().deadline();
            step = step.state().elapse(now);
            kinds.add(step.actions().getFirst().getClass().getSimpleName());
        }
        assertEquals(START.plusSeconds(120), now);
        assertEquals("Unicast", kinds.getFirst());
        assertEquals("Deconfigure", kinds.getLast());
        assertEquals(
                List.of("Unicast", "Broadcast", "Deconfigure"),
                kinds.stream().distinct().toList());
        assertInstanceOf(ClientState.Selecting.class, step.state());
    }

    @Test
    void aRenewalIsBoundAgainFromTheMomentOfItsAck() {
        var renewing = bound(120).state().elapse(START.plusSeconds(60));
        var message = assertInstanceOf(
                        ClientAction.Unicast.class, renewing.actions().getFirst())
                .message();
        assertEquals(ADDRESS, message.clientAddress());

        var bound = renewing.state().receive(reply(message, MessageType.ACK, 200), START.plusSeconds(61));

        assertEquals(START.plusSeconds(161), bound.state().deadline());
    }

    @Test
    void aNakWhileRenewingTakesTheAddressAway() {
        var renewing = bound(120).state().elapse(START.plusSeconds(60));
        var message = assertInstanceOf(
                        ClientAction.Unicast.class, renewing.actions().getFirst())
                .message();

        var lost = renewing.state().receive(reply(message, MessageType.NAK, 0), START.plusSeconds(61));

        assertInstanceOf(ClientAction.Deconfigure.class, lost.actions().getFirst());
        assertInstanceOf(ClientState.Selecting.class, lost.state());
    }

    @Test
    void aConflictIsDeclinedAndANewStartWaitsTenSeconds() {
        var bound = assertInstanceOf(ClientState.Bound.class, bound(120).state());

        var declined = bound.decline(START.plusSeconds(1));

        assertEquals(MessageType.DECLINE, sent(declined).type().orElseThrow());
        assertEquals(START.plusSeconds(11), declined.state().deadline());
    }

    @Test
    void everythingAServerCanTellIsRead() {
        var offer = reply(sent(ClientState.start(context, START)), MessageType.OFFER, 600);
        var full = offer.withOptions(offer.options()
                .with(new DhcpOption.Routers(List.of(SERVER)))
                .with(new DhcpOption.DnsServers(List.of(SERVER)))
                .with(new DhcpOption.TimeServers(List.of(SERVER)))
                .with(new DhcpOption.DomainName("lab.test"))
                .with(new DhcpOption.DomainSearch(List.of("a.test", "b.test")))
                .with(new DhcpOption.InterfaceMtu(1400))
                .with(new DhcpOption.RenewalTime(Duration.ofSeconds(100)))
                .with(new DhcpOption.RebindingTime(Duration.ofSeconds(200)))
                .with(new DhcpOption.HostName("n1")));

        assertEquals(
                new LeaseInfo(
                        ADDRESS,
                        24,
                        List.of(SERVER),
                        List.of(),
                        List.of(SERVER),
                        List.of(SERVER),
                        "n1",
                        "lab.test",
                        List.of("a.test", "b.test"),
                        OptionalInt.of(1400),
                        SERVER,
                        Duration.ofSeconds(600),
                        Duration.ofSeconds(100),
                        Duration.ofSeconds(200)),
                LeaseInfo.of(full).orElseThrow());

        var routes = List.of(new Route(Ipv4.ANY, 0, SERVER));
        var classless = full.withOptions(full.options().with(new DhcpOption.ClasslessRoutes(routes)));
        assertEquals(List.of(), LeaseInfo.of(classless).orElseThrow().routers());
        assertEquals(routes, LeaseInfo.of(classless).orElseThrow().routes());
    }

    private ClientStep bound(int leaseSeconds) {
        var discover = ClientState.start(context, START);
        var request = discover.state().receive(reply(sent(discover), MessageType.OFFER, leaseSeconds), START);
        return request.state().receive(reply(sent(request), MessageType.ACK, leaseSeconds), START);
    }

    private static DhcpMessage sent(ClientStep step) {
        var message = step.actions().stream()
                .filter(ClientAction.Broadcast.class::isInstance)
                .map(action -> ((ClientAction.Broadcast) action).message())
                .findFirst()
                .orElseThrow();
        assertEquals(message, DhcpCodec.decode(DhcpCodec.encode(message)));
        return message;
    }

    private static DhcpMessage reply(DhcpMessage request, MessageType type, int leaseSeconds) {
        return new DhcpMessage(
                true,
                request.hardwareType(),
                request.hardwareAddress(),
                0,
                request.transactionId(),
                0,
                request.flags(),
                request.clientAddress(),
                ADDRESS,
                SERVER,
                Ipv4.ANY,
                "",
                "",
                DhcpOptions.of(
                        new DhcpOption.Type(type),
                        new DhcpOption.ServerIdentifier(SERVER),
                        new DhcpOption.LeaseTime(Duration.ofSeconds(leaseSeconds)),
                        new DhcpOption.SubnetMask(Ipv4.mask(24))));
    }
}
