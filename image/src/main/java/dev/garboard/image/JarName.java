package dev.garboard.image;

import java.util.regex.Pattern;

/** Name and version out of a jar's file name, as Maven writes it. */
record JarName(String name, String version) {

    private static final Pattern FILE = Pattern.compile("(.+?)-(\\d.*)\\.jar");

    static JarName of(String fileName) {
        var match = FILE.matcher(fileName);
        return match.matches() ? new JarName(match.group(1), match.group(2)) : new JarName(fileName, "");
    }

    ImageManifest.Component component(String sha256) {
        return new ImageManifest.Component("jar", name, version, sha256);
    }
}
