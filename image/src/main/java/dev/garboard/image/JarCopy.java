package dev.garboard.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies jars into the root tree. A signed jar loses its signature: the JVM leaves classes of signed jars out of every
 * archive, and dm-verity vouches for the copy.
 */
final class JarCopy {

    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

    private JarCopy() {}

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
            in.transferTo(out);
        }
    }

    private static boolean isSignature(ZipEntry entry) {
        return SIGNATURE.matcher(entry.getName().toUpperCase(Locale.ROOT)).matches();
    }
}
