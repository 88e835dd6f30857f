package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Whose share of the server's work a message takes. The MAC address is whatever the sender wrote, so what else is known of it parts the machine from those who forge its address.
 *
 * @param subnet it came from; empty when it is none of ours
 * @param relayed whether a relay passed it on; which one is not asked, for its address is what the sender wrote as well
 */
record Sender(MacAddress mac, String subnet, boolean relayed, Standing standing) {

    /** What a message shows beside its MAC address. Each has a share of its own, so a flood without it keeps nobody from being answered who has it. */
    enum Standing {
        /** Nothing: a DISCOVER, for one, which anybody can send in any machine's name. */
        NONE,
        /** It asks for the address that the machine has leased or was offered. */
        KNOWS_ITS_ADDRESS,
        /** And it comes from there, without a relay. */
        HAS_ITS_ADDRESS
    }

    /**
     * The sender of a message.
     *
     * @param pool of its subnet; null when there is none
     */
    static Sender of(Request request, @Nullable PoolView pool) {
        boolean relayed = !Ipv4.isAny(request.message().relay());
        return pool == null
                ? new Sender(request.client().mac(), "", relayed, Standing.NONE)
                : new Sender(request.client().mac(), pool.subnet().name(), relayed, standing(request, pool));
    }

    private static Standing standing(Request request, PoolView pool) {
        var held = pool.held(request.client());
        if (held.isEmpty() || request.type() != MessageType.REQUEST) {
            return Standing.NONE;
        }
        if (held.get().equals(request.sender().getAddress())) {
            return Standing.HAS_ITS_ADDRESS;
        }
        boolean knows = held.get().equals(request.message().clientAddress()) || held.equals(request.requestedAddress());
        return knows ? Standing.KNOWS_ITS_ADDRESS : Standing.NONE;
    }
}
