package dev.garboard.agent.screen;

/**
 * What the screen says beside the services.
 *
 * @param machine name in the inventory; empty before enrolment
 * @param state one line for people
 * @param address with prefix length and interface; empty without network
 * @param server the boot server, and whether the node is connected
 * @param image name and beginning of the root hash
 */
public record NodeStatus(String machine, String state, String address, String server, String image) {

    /** Nothing is known yet. */
    public static final NodeStatus EMPTY = new NodeStatus("", "starting", "", "", "");

    /** With another machine name. */
    public NodeStatus withMachine(String name) {
        return new NodeStatus(name, state, address, server, image);
    }

    /** With another state. */
    public NodeStatus withState(String text) {
        return new NodeStatus(machine, text, address, server, image);
    }

    /** With another address. */
    public NodeStatus withAddress(String text) {
        return new NodeStatus(machine, state, text, server, image);
    }

    /** With another server. */
    public NodeStatus withServer(String text) {
        return new NodeStatus(machine, state, address, text, image);
    }

    /** With another image. */
    public NodeStatus withImage(String text) {
        return new NodeStatus(machine, state, address, server, text);
    }
}
