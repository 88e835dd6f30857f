package dev.garboard.trust;

import dev.garboard.trust.CertificateIssuer.Validity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Signs images: RSA 3072, because iPXE verifies nothing else, with a self-signed certificate for code signing.
 *
 * @param certificate what verifiers are given
 */
public record ReleaseKey(PrivateKey key, X509Certificate certificate) {

    public static final String CERTIFICATE_FILE = "release.crt";
    public static final String KEY_FILE = "release.key";

    private static final Duration VALIDITY = Duration.ofDays(10 * 365);

    public ReleaseKey {
        if (!KeyPairs.belongTogether(key, certificate.getPublicKey())) {
            throw new TrustException("the release key does not belong to the certificate of "
                    + certificate.getSubjectX500Principal() + "; restore both from the same backup");
        }
    }

    /**
     * Makes a release key and writes it into an existing directory.
     *
     * @throws TrustException when the directory holds one already; it is never replaced
     */
    public static ReleaseKey create(Path directory, String site, InstantSource clock) {
        for (var file : List.of(CERTIFICATE_FILE, KEY_FILE)) {
            if (Files.exists(directory.resolve(file))) {
                throw new TrustException(
                        directory.resolve(file)
                                + " exists; images signed by a replaced release key would no longer verify, so move it away yourself if that is meant");
            }
        }
        var keys = KeyPairs.rsa3072();
        var issuer = new CertificateIssuer(keys, CertificateIssuer.name("Garboard release key of " + site));
        var release = new ReleaseKey(
                keys.getPrivate(), issuer.selfSignedCodeSigner(Validity.from(clock.instant(), VALIDITY)));
        Pem.writeKey(directory.resolve(KEY_FILE), release.key());
        Pem.writeCertificates(directory.resolve(CERTIFICATE_FILE), List.of(release.certificate()));
        return release;
    }

    /** Opens the release key of a directory. */
    public static ReleaseKey open(Path directory) {
        return open(directory.resolve(CERTIFICATE_FILE), directory.resolve(KEY_FILE));
    }

    /** Opens a release key from two files. */
    public static ReleaseKey open(Path certificate, Path key) {
        return new ReleaseKey(Pem.readKey(key), Pem.readCertificate(certificate));
    }

    /** Names the certificate, never the key. */
    @Override
    public String toString() {
        return "ReleaseKey[" + certificate.getSubjectX500Principal().getName() + "]";
    }
}
