package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** One line for each row of RFC 2131's table 4 and what PXE adds. */
class ReplyRulesTest {

    private static final MacAddress MAC = MacAddress.parse("52:54:00:77:00:01");
    private static final String OWN = "192.168.77.150";
    private static final String FREE = "192.168.77.151";
    private static final String TAKEN = "192.168.77.152";
    private static final String ELSEWHERE = "10.0.0.5";
    private static final String US = "192.168.77.1";
    private static final String THEM = "192.168.77.2";

    record Row(
            String what,
            MessageType type,
            @Nullable String option50,
            @Nullable String option54,
            @Nullable String ciaddr,
            boolean known,
            String decision) {}

    static final List<Row> rows = List.of(
            new Row("DISCOVER of a known client", MessageType.DISCOVER, null, null, null, true, "Offer " + OWN),
            new Row("DISCOVER of a new client", MessageType.DISCOVER, null, null, null, false, "Offer " + FREE),
            new Row("SELECTING us", MessageType.REQUEST, OWN, US, null, true, "Grant " + OWN),
            new Row(
                    "SELECTING us after we forgot the offer",
                    MessageType.REQUEST,
                    FREE,
                    US,
                    null,
                    false,
                    "Grant " + FREE),
            new Row("SELECTING another server", MessageType.REQUEST, OWN, THEM, null, true, "OTHER_SERVER_CHOSEN"),
            new Row("SELECTING us, address of another client", MessageType.REQUEST, TAKEN, US, null, false, "Refuse"),
            new Row("SELECTING us, not its own address", MessageType.REQUEST, FREE, US, null, true, "Refuse"),
            new Row("SELECTING us without an address", MessageType.REQUEST, null, US, null, true, "INCOMPLETE_REQUEST"),
            new Row("INIT-REBOOT, its address", MessageType.REQUEST, OWN, null, null, true, "Grant " + OWN),
            new Row(
                    "INIT-REBOOT, unknown client, free address",
                    MessageType.REQUEST,
                    FREE,
                    null,
                    null,
                    false,
                    "Grant " + FREE),
            new Row("INIT-REBOOT, another network", MessageType.REQUEST, ELSEWHERE, null, null, false, "Refuse"),
            new Row("INIT-REBOOT, address of another client", MessageType.REQUEST, TAKEN, null, null, false, "Refuse"),
            new Row("INIT-REBOOT, not its own address", MessageType.REQUEST, FREE, null, null, true, "Refuse"),
            new Row("RENEWING or REBINDING", MessageType.REQUEST, null, null, OWN, true, "Grant " + OWN),
            new Row(
                    "RENEWING an address we know nothing of",
                    MessageType.REQUEST,
                    null,
                    null,
                    FREE,
                    false,
                    "Grant " + FREE),
            new Row("RENEWING an address of another client", MessageType.REQUEST, null, null, TAKEN, false, "Refuse"),
            new Row(
                    "RENEWING after a move to this network",
                    MessageType.REQUEST,
                    null,
                    null,
                    ELSEWHERE,
                    false,
                    "Refuse"),
            new Row("REQUEST of nothing", MessageType.REQUEST, null, null, null, true, "INCOMPLETE_REQUEST"),
            new Row("DECLINE", MessageType.DECLINE, OWN, US, null, true, "Quarantine " + OWN),
            new Row("DECLINE of another's address", MessageType.DECLINE, TAKEN, US, null, true, "NOT_ITS_ADDRESS"),
            new Row("DECLINE to another server", MessageType.DECLINE, OWN, THEM, null, true, "OTHER_SERVER_CHOSEN"),
            new Row("RELEASE", MessageType.RELEASE, null, US, OWN, true, "Release " + OWN),
            new Row("RELEASE of another's address", MessageType.RELEASE, null, US, TAKEN, true, "NOT_ITS_ADDRESS"),
            new Row("INFORM", MessageType.INFORM, null, null, FREE, false, "Inform"),
            new Row(
                    "INFORM from another network",
                    MessageType.INFORM,
                    null,
                    null,
                    ELSEWHERE,
                    false,
                    "INCOMPLETE_REQUEST"),
            new Row("an OFFER", MessageType.OFFER, null, THEM, null, true, "NOT_A_CLIENT_MESSAGE"),
            new Row("an ACK", MessageType.ACK, null, THEM, null, true, "NOT_A_CLIENT_MESSAGE"),
            new Row("a NAK", MessageType.NAK, null, THEM, null, true, "NOT_A_CLIENT_MESSAGE"));

    @ParameterizedTest(name = "{0}")
    @FieldSource("rows")
    void decides(Row row) {
        assertEquals(row.decision(), describe(decide(request(row, false), view(row.known()))));
    }

    static final List<Row> bootPortRows = List.of(
            new Row("firmware asks 4011", MessageType.REQUEST, null, null, OWN, true, "NameBootFile"),
            new Row("who leased nothing asks 4011", MessageType.REQUEST, null, null, OWN, false, "NOT_LEASED"),
            new Row(
                    "firmware asks 4011 with another address",
                    MessageType.REQUEST,
                    null,
                    null,
                    FREE,
                    true,
                    "NOT_LEASED"),
            new Row("who has no address asks 4011", MessageType.REQUEST, null, null, null, true, "NOT_LEASED"),
            new Row("a DISCOVER on 4011", MessageType.DISCOVER, null, null, null, true, "NOT_A_BOOT_REQUEST"));

    @ParameterizedTest(name = "{0}")
    @FieldSource("bootPortRows")
    void decidesOnTheBootPort(Row row) {
        assertEquals(row.decision(), describe(decide(request(row, true), view(row.known()))));
    }

    /** A neighbour can write anything into a packet; what it is sent from is where the answer goes. */
    @Test
    void theBootPortTellsNobodyElseAboutAMachinesBoot() {
        var row = new Row("a neighbour", MessageType.REQUEST, null, null, OWN, true, "NOT_LEASED");
        var asked = request(row, true);
        var from = new InetSocketAddress(Ipv4.parse(TAKEN), 4011);
        var neighbour = new Request(asked.message(), asked.type(), asked.client(), asked.server(), true, from);

        assertEquals("NOT_LEASED", describe(decide(neighbour, view(true))));
    }

    private static Decision decide(Request request, PoolView view) {
        return ReplyRules.authoritative().stream()
                .flatMap(rule -> rule.decide(request, view).stream())
                .findFirst()
                .orElseThrow();
    }

    private static String describe(Decision decision) {
        return switch (decision) {
            case Decision.Offer(var address) -> "Offer " + address.getHostAddress();
            case Decision.Grant(var address) -> "Grant " + address.getHostAddress();
            case Decision.Release(var address) -> "Release " + address.getHostAddress();
            case Decision.Quarantine(var address) -> "Quarantine " + address.getHostAddress();
            case Decision.Refuse _ -> "Refuse";
            case Decision.Silent(var reason) -> reason.name();
            case Decision.Inform _ -> "Inform";
            case Decision.NameBootFile _ -> "NameBootFile";
        };
    }

    private static Request request(Row row, boolean bootPort) {
        var options = new ArrayList<DhcpOption>();
        options.add(new DhcpOption.Type(row.type()));
        options.add(new DhcpOption.VendorClass("PXEClient:Arch:00007:UNDI:003000"));
        if (row.option50() != null) {
            options.add(new DhcpOption.RequestedAddress(Ipv4.parse(row.option50())));
        }
        if (row.option54() != null) {
            options.add(new DhcpOption.ServerIdentifier(Ipv4.parse(row.option54())));
        }
        var message = DhcpMessage.fromClient(MAC, 1, new DhcpOptions(options));
        if (row.ciaddr() != null) {
            message = message.withClientAddress(Ipv4.parse(row.ciaddr()));
        }
        return new Request(
                message,
                row.type(),
                Client.of(message, MAC),
                Ipv4.parse(US),
                bootPort,
                new InetSocketAddress(bootPort && row.ciaddr() != null ? Ipv4.parse(row.ciaddr()) : Ipv4.ANY, 68));
    }

    private static PoolView view(boolean known) {
        return new PoolView() {
            @Override
            public Subnet subnet() {
                return Bench.subnet();
            }

            @Override
            public Optional<Inet4Address> held(Client client) {
                return known ? Optional.of(Ipv4.parse(OWN)) : Optional.empty();
            }

            @Override
            public Optional<Inet4Address> leased(Client client) {
                return held(client);
            }

            @Override
            public Optional<Inet4Address> choose(Client client, Optional<Inet4Address> wish) {
                return Optional.of(Ipv4.parse(known ? OWN : FREE));
            }

            @Override
            public boolean allows(Client client, Inet4Address address) {
                return !address.equals(Ipv4.parse(TAKEN));
            }
        };
    }
}
