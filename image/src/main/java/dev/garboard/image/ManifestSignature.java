package dev.garboard.image;

import dev.garboard.image.ImageRefusedException.Reason;
import dev.garboard.trust.DetachedSignature;
import dev.garboard.trust.ReleaseKey;
import dev.garboard.trust.SignatureRefusedException;
import java.security.cert.X509Certificate;

/** The signature of an image's manifest, with the words and reasons of images. */
final class ManifestSignature {

    private ManifestSignature() {}

    static byte[] sign(byte[] manifest, ReleaseKey key) {
        return DetachedSignature.sign(manifest, key);
    }

    /**
     * Checks that this manifest was signed by the key of this certificate.
     *
     * @throws ImageRefusedException saying which of the three is wrong: signature file, key or manifest
     */
    static void verify(byte[] manifest, byte[] signature, X509Certificate trusted) {
        try {
            DetachedSignature.verify(manifest, signature, trusted, "the image");
        } catch (SignatureRefusedException refused) {
            throw switch (refused.reason()) {
                case UNREADABLE ->
                    new ImageRefusedException(
                            Reason.SIGNATURE_UNREADABLE, "manifest.json.p7s: " + refused.getMessage(), refused);
                case WRONG_KEY ->
                    new ImageRefusedException(
                            Reason.WRONG_KEY,
                            refused.getMessage()
                                    + "; import it with the release certificate of whoever built it, if you trust them",
                            refused);
                case CONTENT_CHANGED ->
                    new ImageRefusedException(
                            Reason.MANIFEST_CHANGED,
                            "manifest.json: " + refused.getMessage() + "; fetch the image again from its source",
                            refused);
            };
        }
    }
}
