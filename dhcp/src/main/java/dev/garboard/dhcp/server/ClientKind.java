package dev.garboard.dhcp.server;

/** What program sent a request. */
public enum ClientKind {
    /** Firmware that fetches its boot file by TFTP: a PXE ROM, UEFI PXE, U-Boot. */
    PXE,
    /** Firmware that fetches its boot file by HTTP. */
    HTTP_BOOT,
    /** iPXE, in a ROM or loaded. */
    IPXE,
    /** The agent of a booted node. */
    AGENT,
    /** Anything else that wants an address. */
    HOST;

    /** Whether it asks in order to boot; such a client keeps its address for minutes only. */
    public boolean boots() {
        return this == PXE || this == HTTP_BOOT || this == IPXE;
    }
}
