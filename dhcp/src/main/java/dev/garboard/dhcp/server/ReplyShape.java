package dev.garboard.dhcp.server;

/**
 * How the boot file is named to firmware PXE. No single way serves every firmware, so one that took no notice of our offer is
 * offered the next shape.
 */
enum ReplyShape {
    /** Options 60 and 43.6=8: use the file of this packet. The quickest, and right for nearly all. */
    DISCOVERY_CONTROL,
    /** Option 60 alone: the client asks port 4011. For EDK2 from before 2017. */
    ASK_BOOT_PORT,
    /** Neither: the file as BOOTP had it. */
    FILE_ONLY;

    static ReplyShape after(int unansweredOffers) {
        // EDK2 discovers at 0, 4, 12 and 28 s; one lost offer is no evidence yet.
        return switch (unansweredOffers) {
            case 0, 1 -> DISCOVERY_CONTROL;
            case 2 -> ASK_BOOT_PORT;
            default -> FILE_ONLY;
        };
    }
}
