package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The rules of a subnet's only server, RFC 2131 section 4.3. Their order is their meaning: each may rely on those before. */
public final class ReplyRules {

    private ReplyRules() {}

    /** All of them, in order; the last one always decides. */
    public static List<ReplyRule> authoritative() {
        return List.of(
                ReplyRules::bootPort,
                ReplyRules::serversAreNotAnswered,
                ReplyRules::discover,
                ReplyRules::otherServerChosen,
                ReplyRules::selecting,
                ReplyRules::initReboot,
                ReplyRules::extending,
                ReplyRules::decline,
                ReplyRules::release,
                ReplyRules::inform,
                (_, _) -> silent(Silence.INCOMPLETE_REQUEST));
    }

    /**
     * PXE 2.1: a REQUEST on port 4011 asks for the name of the boot file and for no address. The client has one by then, and sends from it: who
     * names the MAC address of a machine that leased nothing, or asks from elsewhere, is told nothing about its boot.
     */
    static Optional<Decision> bootPort(Request request, PoolView pool) {
        if (!request.bootPort()) {
            return Optional.empty();
        }
        boolean boots =
                request.type() == MessageType.REQUEST && request.client().kind().boots();
        if (!boots) {
            return silent(Silence.NOT_A_BOOT_REQUEST);
        }
        boolean itself = pool.leased(request.client())
                .filter(address -> address.equals(request.message().clientAddress())
                        && address.equals(request.sender().getAddress()))
                .isPresent();
        return itself ? Optional.of(new Decision.NameBootFile()) : silent(Silence.NOT_LEASED);
    }

    static Optional<Decision> serversAreNotAnswered(Request request, PoolView pool) {
        return switch (request.type()) {
            case OFFER, ACK, NAK -> silent(Silence.NOT_A_CLIENT_MESSAGE);
            case DISCOVER, REQUEST, DECLINE, RELEASE, INFORM -> Optional.empty();
        };
    }

    static Optional<Decision> discover(Request request, PoolView pool) {
        if (request.type() != MessageType.DISCOVER) {
            return Optional.empty();
        }
        return pool.choose(request.client(), request.requestedAddress())
                .<Optional<Decision>>map(address -> Optional.of(new Decision.Offer(address)))
                .orElseGet(() -> silent(Silence.NO_FREE_ADDRESS));
    }

    static Optional<Decision> otherServerChosen(Request request, PoolView pool) {
        boolean other = request.type() == MessageType.REQUEST
                && request.chosenServer()
                        .filter(chosen -> !chosen.equals(request.server()))
                        .isPresent();
        return other ? silent(Silence.OTHER_SERVER_CHOSEN) : Optional.empty();
    }

    /** SELECTING: options 50 and 54, no address in use yet. */
    static Optional<Decision> selecting(Request request, PoolView pool) {
        if (request.type() != MessageType.REQUEST || request.chosenServer().isEmpty()) {
            return Optional.empty();
        }
        var address = request.requestedAddress().or(() -> ciaddr(request));
        return address.isEmpty() ? silent(Silence.INCOMPLETE_REQUEST) : grantOrRefuse(request, pool, address.get());
    }

    /**
     * INIT-REBOOT: option 50, no option 54. RFC 2131 has a server that does not know the client keep silent, for another one
     * might; here there is no other one, and a quick NAK or ACK saves the client its timeout.
     */
    static Optional<Decision> initReboot(Request request, PoolView pool) {
        boolean rebooting = request.type() == MessageType.REQUEST
                && request.requestedAddress().isPresent()
                && ciaddr(request).isEmpty();
        return rebooting
                ? grantOrRefuse(request, pool, request.requestedAddress().get())
                : Optional.empty();
    }

    /** RENEWING and REBINDING: the address in use, neither option 50 nor 54. The two differ only in who hears them. */
    static Optional<Decision> extending(Request request, PoolView pool) {
        return request.type() == MessageType.REQUEST
                ? ciaddr(request).flatMap(address -> grantOrRefuse(request, pool, address))
                : Optional.empty();
    }

    static Optional<Decision> decline(Request request, PoolView pool) {
        if (request.type() != MessageType.DECLINE) {
            return Optional.empty();
        }
        return giveBack(request, pool, request.requestedAddress(), Decision.Quarantine::new);
    }

    static Optional<Decision> release(Request request, PoolView pool) {
        if (request.type() != MessageType.RELEASE) {
            return Optional.empty();
        }
        return giveBack(request, pool, ciaddr(request), Decision.Release::new);
    }

    static Optional<Decision> inform(Request request, PoolView pool) {
        if (request.type() != MessageType.INFORM) {
            return Optional.empty();
        }
        // The answer goes to that address, so it has to be one of this network.
        return ciaddr(request).filter(pool.subnet()::contains).isPresent()
                ? Optional.of(new Decision.Inform())
                : silent(Silence.INCOMPLETE_REQUEST);
    }

    private static Optional<Decision> grantOrRefuse(Request request, PoolView pool, Inet4Address address) {
        if (!pool.subnet().contains(address)) {
            return refuse(address.getHostAddress() + " is not an address of this network");
        }
        var held = pool.held(request.client());
        if (held.filter(own -> !own.equals(address)).isPresent()) {
            return refuse(address.getHostAddress() + " is not this client's address");
        }
        return pool.allows(request.client(), address)
                ? Optional.of(new Decision.Grant(address))
                : refuse(address.getHostAddress() + " is not free");
    }

    /** Only the holder may give an address back, or anybody could empty the pool. */
    private static Optional<Decision> giveBack(
            Request request, PoolView pool, Optional<Inet4Address> address, Function<Inet4Address, Decision> then) {
        boolean elsewhere = request.chosenServer()
                .filter(chosen -> !chosen.equals(request.server()))
                .isPresent();
        if (elsewhere) {
            return silent(Silence.OTHER_SERVER_CHOSEN);
        }
        return address.filter(given ->
                        pool.held(request.client()).filter(given::equals).isPresent())
                .map(then)
                .or(() -> silent(Silence.NOT_ITS_ADDRESS));
    }

    private static Optional<Inet4Address> ciaddr(Request request) {
        var address = request.message().clientAddress();
        return Ipv4.isAny(address) ? Optional.empty() : Optional.of(address);
    }

    private static Optional<Decision> refuse(String message) {
        return Optional.of(new Decision.Refuse(message));
    }

    private static Optional<Decision> silent(Silence reason) {
        return Optional.of(new Decision.Silent(reason));
    }
}
