package dev.garboard.dhcp.server;

import java.net.Inet4Address;
import java.util.concurrent.CompletionStage;

/**
 * Decides what a machine boots. It is asked once a boot stage, on an event loop, so it answers from memory or later; OFFER and
 * ACK then say the same.
 */
@FunctionalInterface
public interface BootDirector {

    /**
     * The instruction for one client.
     *
     * @param offered the address the client gets
     * @param server the address of this server that the client can reach
     */
    CompletionStage<BootInstruction> direct(Client client, Inet4Address offered, Inet4Address server);
}
