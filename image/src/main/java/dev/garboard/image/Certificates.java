package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** The certificates that lie beside imported manifests. */
final class Certificates {

    private Certificates() {}

    static X509Certificate read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException malformed) {
            throw new ImageException(file + " is not a certificate: " + malformed.getMessage(), malformed);
        }
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return Digest.of(certificate.getEncoded());
        } catch (CertificateEncodingException unencodable) {
            throw new ImageException("a certificate without an encoding", unencodable);
        }
    }
}
