package dev.garboard.inventory;

/**
 * What the site says about booting.
 *
 * @param bootUnknown whether machines that nobody declared boot the preferred image, to introduce themselves and be pending
 */
public record BootPolicy(boolean bootUnknown) {

    public static BootPolicy usual() {
        return new BootPolicy(true);
    }
}
