package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Authority;
import dev.garboard.trust.CertificateProfile;
import dev.garboard.trust.TlsIdentity;
import dev.garboard.trust.TrustException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A certificate and its key as two files, made on the node. Those who use them read them again when they change, so that replacing them
 * disturbs nobody.
 */
record LeafFile(Path directory, String name, Authority authority, CertificateProfile profile) {

    Path certificate() {
        return directory.resolve(name + ".crt");
    }

    Path key() {
        return directory.resolve(name + ".key");
    }

    /**
     * Makes the files when they are missing or unusable, of another authority or for other names, or in the last third of their life.
     *
     * @return whether they were made
     */
    boolean ensure(Instant now) throws IOException {
        if (isGood(now)) {
            return false;
        }
        Files.createDirectories(directory);
        authority.issue(profile, LeafCertificates.VALIDITY, now).write(certificate(), key());
        return true;
    }

    /** What the files hold. */
    TlsIdentity read() {
        return TlsIdentity.read(certificate(), key());
    }

    private boolean isGood(Instant now) {
        if (!Files.isRegularFile(certificate()) || !Files.isRegularFile(key())) {
            return false;
        }
        try {
            X509Certificate found = read().certificate();
            found.verify(authority.certificate().getPublicKey());
            return !LeafCertificates.isDue(
                            found.getNotBefore().toInstant(),
                            found.getNotAfter().toInstant(),
                            now)
                    && names(found).equals(wantedNames());
        } catch (TrustException | GeneralSecurityException unusable) {
            return false;
        }
    }

    private static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? Set.of()
                : names.stream().map(name -> (String) List.copyOf(name).get(1)).collect(Collectors.toSet());
    }

    private Set<String> wantedNames() {
        return Stream.concat(
                        profile.dnsNames().stream(),
                        profile.addresses().stream().map(InetAddress::getHostAddress))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
