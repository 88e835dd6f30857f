package dev.garboard.image;

import dev.garboard.image.ImageManifest.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The images that a site serves: files named by their SHA-256, and the manifests that name them. What was not verified never
 * gets in, so a server that serves only from here serves only what was signed.
 */
public final class ImageStore {

    private static final String MANIFEST_SUFFIX = ".json";
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,60}");
    private static final String SIGNATURE_SUFFIX = ".json.p7s";

    private final Path files;
    private final Path manifests;
    private final Path incoming;

    /**
     * Opens a store, and makes it if there is none.
     *
     * @param directory the site's {@code images} directory
     */
    public ImageStore(Path directory) {
        files = directory.resolve("sha256");
        manifests = directory.resolve("manifests");
        incoming = directory.resolve("incoming");
        try {
            for (var part : List.of(files, manifests, incoming)) {
                Files.createDirectories(part);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot make the image store " + directory + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * An image of the store.
     *
     * @param signer subject of the release certificate that it was verified with
     * @param signerFingerprint SHA-256 of that certificate
     */
    public record Imported(ImageManifest manifest, String signer, String signerFingerprint) {}

    /**
     * Verifies an image and takes it in. The bytes that were checked are the bytes that are kept: each file is hashed while it is
     * copied. Importing the same image again changes nothing.
     *
     * @throws ImageRefusedException when it does not verify; the store is then as it was
     */
    public Imported importFrom(Path directory, X509Certificate trusted) {
        var image = new ImageDirectory(directory);
        var manifestBytes = image.manifest();
        var signature = image.signature();
        var manifest = new ImageVerifier(trusted).verifyManifest(manifestBytes, signature);
        try {
            for (var role : Role.values()) {
                take(image.file(role), manifest.file(role));
            }
            ImageVerifier.verifyRoot(manifest, file(manifest, Role.INITRAMFS), file(manifest, Role.ROOT));
            // The manifest comes last: it is what makes an image appear.
            write(signature, manifests.resolve(manifest.name() + SIGNATURE_SUFFIX));
            write(trusted.getEncoded(), manifests.resolve(manifest.name() + ".crt"));
            write(manifestBytes, manifests.resolve(manifest.name() + MANIFEST_SUFFIX));
            sync(manifests);
        } catch (CertificateEncodingException unencodable) {
            throw new ImageException("the release certificate has no encoding", unencodable);
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot import the image in " + directory + ": " + failed.getMessage(), failed);
        }
        return imported(manifest, trusted);
    }

    /**
     * What is in a store.
     *
     * @param images that verify, by name
     * @param damaged names of those that do not, each with what is wrong and the remedy
     */
    public record Contents(List<Imported> images, Map<String, String> damaged) {}

    /** Every imported image. One that is damaged keeps no other from being served. */
    public Contents contents() {
        var images = new ArrayList<Imported>();
        var damaged = new TreeMap<String, String>();
        for (var file : manifestFiles()) {
            var name = file.getFileName().toString();
            name = name.substring(0, name.length() - MANIFEST_SUFFIX.length());
            try {
                var image = read(file);
                if (!image.manifest().name().equals(name)) {
                    throw new ImageException(
                            "it is the manifest of " + image.manifest().name());
                }
                images.add(image);
            } catch (RuntimeException unusable) {
                damaged.put(
                        name,
                        "its manifest " + file + " is damaged: " + unusable.getMessage()
                                + "; delete that file and import the image again");
            }
        }
        return new Contents(List.copyOf(images), damaged);
    }

    private List<Path> manifestFiles() {
        try (Stream<Path> all = Files.list(manifests)) {
            return all.filter(file -> file.toString().endsWith(MANIFEST_SUFFIX))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + manifests + ": " + failed.getMessage(), failed);
        }
    }

    /** Every imported image that verifies, by name. */
    public List<Imported> list() {
        return contents().images();
    }

    /**
     * The lasting id of this store, by which several servers on one database tell their images apart; made at the first call. It is a file,
     * {@code server-id}: whoever copies a store to another server leaves it out.
     */
    public synchronized String id() {
        var file = files.resolveSibling("server-id");
        try {
            var known = Files.exists(file) ? Files.readString(file).strip() : "";
            if (ID.matcher(known).matches()) {
                return known;
            }
            var id = host() + "-" + UUID.randomUUID().toString().substring(0, 8);
            write((id + "\n").getBytes(StandardCharsets.US_ASCII), file);
            return id;
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read or write " + file + ": " + failed.getMessage(), failed);
        }
    }

    private static String host() {
        try {
            var name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            int dot = name.indexOf('.');
            var label = (dot < 0 ? name : name.substring(0, dot)).replaceAll("[^a-z0-9-]", "");
            return label.isEmpty() || label.startsWith("-") || label.length() > 40 ? "server" : label;
        } catch (UnknownHostException unnamed) {
            return "server";
        }
    }

    /** An imported image by its name. */
    public Optional<Imported> find(String name) {
        return list().stream()
                .filter(image -> image.manifest().name().equals(name))
                .findFirst();
    }

    /** The file with this digest, if an imported image has it. Anything but 64 hex digits is nothing we have. */
    public Optional<Path> file(String sha256) {
        if (!Digest.isDigest(sha256)) {
            return Optional.empty();
        }
        return Optional.of(files.resolve(sha256)).filter(Files::isRegularFile);
    }

    private Path file(ImageManifest manifest, Role role) {
        return files.resolve(manifest.file(role).sha256());
    }

    private Imported read(Path manifestFile) {
        try {
            var name = manifestFile.getFileName().toString();
            var certificate = manifests.resolve(name.substring(0, name.length() - MANIFEST_SUFFIX.length()) + ".crt");
            var signer = Certificates.read(certificate);
            var manifest = new ImageVerifier(signer)
                    .verifyManifest(
                            Files.readAllBytes(manifestFile),
                            Files.readAllBytes(manifestFile.resolveSibling(name + ".p7s")));
            return imported(manifest, signer);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + manifestFile + ": " + failed.getMessage(), failed);
        }
    }

    private static Imported imported(ImageManifest manifest, X509Certificate signer) {
        return new Imported(manifest, signer.getSubjectX500Principal().getName(), Certificates.fingerprint(signer));
    }

    private void take(Path source, ImageManifest.File expected) throws IOException {
        var target = files.resolve(expected.sha256());
        if (Files.exists(target)) {
            ImageVerifier.verifyFile(source, expected);
            ImageVerifier.verifyFile(target, expected);
            return;
        }
        var temporary = Files.createTempFile(incoming, expected.role(), null);
        try {
            copy(source, temporary);
            ImageVerifier.verifyFile(temporary, expected, source.getFileName().toString());
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r--r--r--"));
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            sync(files);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void copy(Path source, Path temporary) throws IOException {
        try (var in = FileChannel.open(source, StandardOpenOption.READ);
                var out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            in.transferTo(0, Long.MAX_VALUE, out);
            out.force(true);
        } catch (NoSuchFileException missing) {
            throw new ImageRefusedException(
                    ImageRefusedException.Reason.MISSING_FILE,
                    "the image has no file " + source.getFileName() + " (" + source + ")",
                    missing);
        }
    }

    private void write(byte[] content, Path target) throws IOException {
        var temporary = Files.createTempFile(incoming, "manifest", null);
        try {
            try (var out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                Channels.newOutputStream(out).write(content);
                out.force(true);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r--r--r--"));
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A rename is on disk only when its directory is. */
    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
