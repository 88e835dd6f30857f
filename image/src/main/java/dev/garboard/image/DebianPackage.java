package dev.garboard.image;

/**
 * One version of a Debian package, as the distribution's signed index describes it.
 *
 * @param sha256 of the .deb file
 */
record DebianPackage(String name, String version, String architecture, String sha256, long size) {

    /** The name in our cache. The version's epoch is written as apt writes it. */
    String fileName() {
        return name + "_" + version.replace(":", "%3a") + "_" + architecture + ".deb";
    }

    @Override
    public String toString() {
        return name + "=" + version;
    }
}
