package dev.garboard.image;

import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Kubernetes bundles that a site serves, each a directory with manifest, signature and image. A bundle's directory appears
 * whole, after everything in it was checked; what is in it never changes, only its signature may be made anew.
 */
public final class BundleStore {

    private static final String MANIFEST = "manifest.json";
    private static final String SIGNATURE = "manifest.json.p7s";
    private static final String SIGNER = "signer.crt";
    private static final Pattern NAME = Pattern.compile("kubernetes-[0-9.]+-[a-z0-9]+-[0-9a-f]{8}");

    private final Path directory;

    /**
     * Opens a store, and makes it if there is none.
     *
     * @param directory the site's {@code bundles} directory
     */
    public BundleStore(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot make the bundle store " + directory + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * A bundle of the store.
     *
     * @param manifestSha256 digest of the signed bytes, by which a node is told which bundle to run
     * @param signer subject of the release certificate that it was signed with
     * @param signerFingerprint SHA-256 of that certificate
     */
    public record Imported(BundleManifest manifest, String manifestSha256, String signer, String signerFingerprint) {}

    /** A file that a node may fetch. */
    public record Served(Path path, long size, String sha256) {}

    /** Every imported bundle that verifies, oldest version first; the signatures are checked again. */
    public List<Imported> list() {
        return contents("").bundles();
    }

    private Contents contents(String prefix) {
        var bundles = new ArrayList<Imported>();
        var damaged = new TreeMap<String, RuntimeException>();
        for (var bundle : directories(prefix)) {
            try {
                bundles.add(read(bundle));
            } catch (RuntimeException unusable) {
                damaged.put(bundle.getFileName().toString(), unusable);
            }
        }
        bundles.sort(Comparator.comparing((Imported one) -> one.manifest().kubernetes())
                .thenComparing(one -> one.manifest().name()));
        return new Contents(List.copyOf(bundles), damaged);
    }

    private List<Path> directories(String prefix) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(entry -> entry.getFileName().toString().startsWith(prefix)
                            && NAME.matcher(entry.getFileName().toString()).matches())
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + directory + ": " + failed.getMessage(), failed);
        }
    }

    /** An imported bundle by its name. */
    public Optional<Imported> find(String name) {
        return bundle(name).map(this::read);
    }

    /**
     * The bundle with a version of Kubernetes. Where several have it, because one was imported again with another runtime,
     * the one that was imported last.
     *
     * @param version for example {@code 1.37.2}
     */
    public Optional<Imported> newest(String version, String architecture) {
        // By the name first: a damaged bundle of another version is no reason to have none of this one; nor is a
        // damaged
        // one of this version, if there is another.
        var contents = contents("kubernetes-" + version + "-" + architecture + "-");
        var newest = contents.bundles().stream().max(Comparator.comparing(this::importedAt));
        if (newest.isEmpty() && !contents.damaged().isEmpty()) {
            throw contents.damaged().values().iterator().next();
        }
        return newest;
    }

    /**
     * What is in a store.
     *
     * @param bundles that verify, oldest version first
     * @param damaged names of those that do not, each with what is wrong and the remedy
     */
    public record Contents(List<Imported> bundles, Map<String, RuntimeException> damaged) {}

    /** Every imported bundle. One that is damaged keeps no other from being served. */
    public Contents contents() {
        return contents("");
    }

    /**
     * A file as {@code /bundles/NAME/FILE} serves it: the manifest, its signature, or the image by its digest. Anything else is
     * nothing we have.
     */
    public Optional<Served> file(String name, String file) {
        var found = bundle(name);
        if (found.isEmpty() || !(file.equals(MANIFEST) || file.equals(SIGNATURE) || Digest.isDigest(file))) {
            return Optional.empty();
        }
        var path = found.get().resolve(file);
        try {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            return Optional.of(new Served(path, Files.size(path), Digest.isDigest(file) ? file : Digest.of(path)));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + path + ": " + failed.getMessage(), failed);
        }
    }

    private Optional<Path> bundle(String name) {
        return NAME.matcher(name).matches()
                ? Optional.of(directory.resolve(name)).filter(Files::isDirectory)
                : Optional.empty();
    }

    private FileTime importedAt(Imported one) {
        var bundle = directory.resolve(one.manifest().name());
        try {
            return Files.getLastModifiedTime(bundle);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + bundle + ": " + failed.getMessage(), failed);
        }
    }

    private Imported read(Path bundle) {
        try {
            var signer = Certificates.read(bundle.resolve(SIGNER));
            var bytes = Files.readAllBytes(bundle.resolve(MANIFEST));
            var manifest = new BundleVerifier(signer).manifest(bytes, Files.readAllBytes(bundle.resolve(SIGNATURE)));
            return imported(bytes, manifest, signer);
        } catch (BundleRefusedException tampered) {
            throw new BundleRefusedException(
                    tampered.reason(),
                    "the bundle in " + bundle + " is not what was imported: " + tampered.getMessage()
                            + "; delete that directory and import the bundle again");
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "the bundle in " + bundle + " cannot be read: " + failed.getMessage()
                            + "; delete that directory and import the bundle again",
                    failed);
        }
    }

    private static Imported imported(byte[] bytes, BundleManifest manifest, X509Certificate signer) {
        return new Imported(
                manifest,
                Digest.of(bytes),
                signer.getSubjectX500Principal().getName(),
                Certificates.fingerprint(signer));
    }

    /** Begins an import. One at a time: another waits. */
    Incoming incoming() throws IOException {
        return new Incoming();
    }

    /** The room where a bundle is made, on the store's own file system, so that it can appear by a rename. */
    final class Incoming implements AutoCloseable {

        private final Path place = directory.resolve("incoming");
        private final FileChannel channel;
        private final FileLock lock;

        private Incoming() throws IOException {
            channel = FileChannel.open(
                    directory.resolve("incoming.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.lock();
            // Left by an import that was killed; the lock says that nobody uses it.
            Trees.delete(place);
            Files.createDirectories(scratch());
        }

        Path scratch() {
            return place.resolve("scratch");
        }

        /** Verifies a bundle as a node would, and makes it appear. */
        Imported take(byte[] manifestBytes, byte[] signature, X509Certificate signer, Path image) throws IOException {
            var manifest = new BundleVerifier(signer).manifest(manifestBytes, signature);
            BundleVerifier.image(image, manifest);
            var target = directory.resolve(manifest.name());
            if (!Files.exists(target)) {
                var bundle = Files.createDirectory(place.resolve("bundle"));
                var kept = Files.move(image, bundle.resolve(manifest.image().sha256()));
                Files.write(bundle.resolve(MANIFEST), manifestBytes);
                Files.write(bundle.resolve(SIGNATURE), signature);
                Files.write(bundle.resolve(SIGNER), encoded(signer));
                for (var file :
                        List.of(kept, bundle.resolve(MANIFEST), bundle.resolve(SIGNATURE), bundle.resolve(SIGNER))) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
                    sync(file);
                }
                sync(bundle);
                Files.move(bundle, target, StandardCopyOption.ATOMIC_MOVE);
                sync(directory);
            } else if (!Arrays.equals(signature, Files.readAllBytes(target.resolve(SIGNATURE)))) {
                // The same content, signed anew after the site got another release key.
                replace(target.resolve(SIGNATURE), signature);
                replace(target.resolve(SIGNER), encoded(signer));
                sync(target);
            }
            return read(target);
        }

        private void replace(Path file, byte[] content) throws IOException {
            var made = Files.write(place.resolve(file.getFileName()), content);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r--r--r--"));
            sync(made);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void close() throws IOException {
            try {
                Trees.delete(place);
            } finally {
                lock.close();
                channel.close();
            }
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException unencodable) {
            throw new ImageException("the release certificate has no encoding", unencodable);
        }
    }

    private static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
