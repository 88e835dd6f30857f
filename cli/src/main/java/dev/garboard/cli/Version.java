package dev.garboard.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the Java that runs it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        var version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "garboard " + (version == null ? "(not packaged)" : version) + " (Java " + Runtime.version() + ")"
        };
    }
}
