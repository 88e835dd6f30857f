package dev.garboard.dhcp.client;

import java.util.List;

/** The next state, and what to do on the way, in order. */
public record ClientStep(ClientState state, List<ClientAction> actions) {

    public ClientStep {
        actions = List.copyOf(actions);
    }
}
