package dev.garboard.dhcp.server;

/** The instruction for a boot, and how to put it. */
record BootAnswer(BootInstruction instruction, ReplyShape shape) {

    /** For a client that does not boot. */
    static final BootAnswer NONE =
            new BootAnswer(new BootInstruction.Nothing("not booting"), ReplyShape.DISCOVERY_CONTROL);
}
