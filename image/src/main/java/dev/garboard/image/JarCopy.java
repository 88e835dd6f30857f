package dev.garboard.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies jars into the root tree and into the server's distribution. A signed jar loses its signature, and the digest of every class in its
 * manifest: the JVM leaves classes of signed jars out of every archive and keeps the manifest in memory, several megabytes of it. In
 * the root tree dm-verity vouches for the copy.
 */
public final class JarCopy {

    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

    private JarCopy() {}

    /** Replaces the signed jars of a directory by such copies. */
    public static void unsign(Path directory) throws IOException {
        try (var jars = Files.newDirectoryStream(directory, "*.jar")) {
            for (var jar : jars) {
                var copy = jar.resolveSibling(jar.getFileName() + ".unsigned");
                copy(jar, copy, Files.getLastModifiedTime(jar));
                Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    static void copy(Path jar, Path to, FileTime time) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var entries = Collections.list(zip.entries());
            if (entries.stream().noneMatch(JarCopy::isSignature)) {
                Files.copy(jar, to);
                return;
            }
            try (var out = new ZipOutputStream(Files.newOutputStream(to))) {
                for (var entry : List.copyOf(entries)) {
                    if (!isSignature(entry)) {
                        var copy = new ZipEntry(entry.getName());
                        copy.setLastModifiedTime(time); // else the time of the build
                        out.putNextEntry(copy);
                        transfer(zip, entry, out);
                        out.closeEntry();
                    }
                }
            }
        }
    }

    /** Takes one file out of a jar, if the jar has it. */
    static boolean extract(Path jar, String name, Path to) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var entry = zip.getEntry(name);
            if (entry == null) {
                return false;
            }
            try (InputStream in = zip.getInputStream(entry)) {
                Files.copy(in, to);
            }
            return true;
        }
    }

    private static void transfer(ZipFile zip, ZipEntry entry, OutputStream out) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                var manifest = new Manifest(in);
                manifest.getEntries().clear();
                manifest.write(out);
            } else {
                in.transferTo(out);
            }
        }
    }

    private static boolean isSignature(ZipEntry entry) {
        return SIGNATURE.matcher(entry.getName().toUpperCase(Locale.ROOT)).matches();
    }
}
