package dev.garboard.kubernetes.bundle;

import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import dev.garboard.trust.DetachedSignature;
import dev.garboard.trust.Sha256;
import dev.garboard.trust.SignatureRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

/** Decides whether a bundle is what was signed; the server asks it at import, the node before it mounts. */
public final class BundleVerifier {

    /** Far more than any manifest; a larger one need not be fetched. */
    public static final int LARGEST_MANIFEST = 1 << 20;

    private final X509Certificate trusted;

    /**
     * Makes a verifier.
     *
     * @param trusted the release certificate whose bundles are accepted
     */
    public BundleVerifier(X509Certificate trusted) {
        this.trusted = trusted;
    }

    /**
     * The manifest, read only after its signature was found right.
     *
     * @param signature content of {@code manifest.json.p7s}
     * @throws BundleRefusedException with the reason
     */
    public BundleManifest manifest(byte[] manifest, byte[] signature) {
        try {
            DetachedSignature.verify(manifest, signature, trusted, "the Kubernetes bundle");
        } catch (SignatureRefusedException refused) {
            throw new BundleRefusedException(reason(refused), refused.getMessage() + remedy(refused), refused);
        }
        return BundleManifest.parse(manifest);
    }

    private static Reason reason(SignatureRefusedException refused) {
        return switch (refused.reason()) {
            case UNREADABLE -> Reason.SIGNATURE_UNREADABLE;
            case WRONG_KEY -> Reason.WRONG_KEY;
            case CONTENT_CHANGED -> Reason.MANIFEST_CHANGED;
        };
    }

    private static String remedy(SignatureRefusedException refused) {
        return switch (refused.reason()) {
            case UNREADABLE, CONTENT_CHANGED -> "; import the bundle again on the server";
            case WRONG_KEY -> "; import it with the release key that the node image was signed with";
        };
    }

    /**
     * Checks a fetched image against its manifest.
     *
     * @throws BundleRefusedException when size or digest differ
     */
    public static void image(Path file, BundleManifest manifest) {
        size(file, manifest);
        var expected = manifest.image();
        try {
            var found = Sha256.of(file);
            if (!found.equals(expected.sha256())) {
                throw new BundleRefusedException(
                        Reason.WRONG_DIGEST,
                        "the image of " + manifest.name() + " was changed: SHA-256 " + found + ", expected "
                                + expected.sha256());
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * Checks only the size of a fetched image, for whoever has its blocks checked against the manifest's root hash as they are read.
     *
     * @throws BundleRefusedException when it differs
     */
    public static void size(Path file, BundleManifest manifest) {
        long expected = manifest.image().size();
        try {
            long size = Files.size(file);
            if (size != expected) {
                throw new BundleRefusedException(
                        Reason.WRONG_SIZE,
                        "the image of " + manifest.name() + " has " + size + " bytes, expected " + expected
                                + (size < expected ? "; the download was cut short, fetch it again" : ""));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
