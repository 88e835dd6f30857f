package dev.garboard.inventory;

import org.jspecify.annotations.Nullable;

/**
 * A machine that asks how to boot, as its DHCP packet shows it.
 *
 * @param mac the card it boots from, lower case with colons
 * @param identity what the packet tells: MAC address, perhaps UUID
 * @param stage who speaks
 * @param architecture name of option 93's number, for example {@code x86-bios} or {@code x64-uefi}; empty when not told
 * @param discovers true for a DISCOVER, false for what follows it
 * @param session the boot session that it says it belongs to; only our agent does, and it is believed when
 *     that session is of the same MAC address
 */
public record BootClient(
        String mac,
        MachineIdentity identity,
        Stage stage,
        String architecture,
        boolean discovers,
        @Nullable String session) {

    /** Who speaks for the machine, in the order in which they do. */
    public enum Stage {
        /** PXE or HTTP boot firmware. */
        FIRMWARE,
        /** iPXE, from the card's ROM or loaded over the network. */
        IPXE,
        /** The agent in our image. */
        AGENT,
        /** Anything that does not boot from the network. */
        HOST
    }
}
