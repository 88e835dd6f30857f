package dev.garboard.trust;

import dev.garboard.trust.CertificateIssuer.Leaf;
import dev.garboard.trust.CertificateIssuer.Validity;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** A certificate authority in memory, for example one of a Kubernetes cluster. A site's own is {@link SiteAuthority}. */
public final class Authority {

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final CertificateIssuer issuer;

    private Authority(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
        // The subject byte for byte, so that chains are found whatever string types it uses.
        this.issuer = new CertificateIssuer(
                new KeyPair(certificate.getPublicKey(), key),
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()));
    }

    /** Makes a new one with a new key. */
    public static Authority create(String name, Duration validity, Instant now) {
        var keys = KeyPairs.ecP256();
        var issuer = new CertificateIssuer(keys, CertificateIssuer.name(name));
        return new Authority(keys.getPrivate(), issuer.selfSignedAuthority(Validity.from(now, validity)));
    }

    /**
     * Reads one from PEM.
     *
     * @param origin where the texts came from, for the message of a refusal
     */
    public static Authority ofPem(String certificatePem, String keyPem, String origin) {
        var certificate = Pem.certificates(certificatePem, origin).getFirst();
        var key = Pem.key(keyPem, origin);
        if (!KeyPairs.belongTogether(key, certificate.getPublicKey())) {
            throw new TrustException(origin + ": the key does not belong to the certificate of "
                    + certificate.getSubjectX500Principal() + "; use the two that were made together");
        }
        if (certificate.getBasicConstraints() < 0) {
            throw new TrustException(origin + " is the certificate of " + certificate.getSubjectX500Principal()
                    + ", expected one of a certificate authority");
        }
        return new Authority(key, certificate);
    }

    /** What those believe in who trust this authority. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate as PEM. */
    public String certificatePem() {
        return Pem.ofCertificates(List.of(certificate));
    }

    /** The private key as PEM: whoever has it, is the authority. */
    public String keyPem() {
        return Pem.ofKey(key);
    }

    /** A certificate for a new key; the chain holds that certificate only. It never outlives the authority. */
    public TlsIdentity issue(CertificateProfile profile, Duration validity, Instant now) {
        var keys = KeyPairs.ecP256();
        return new TlsIdentity(keys.getPrivate(), List.of(certify(profile, keys.getPublic(), validity, now)));
    }

    /** A certificate for a key that somebody else holds. It never outlives the authority. */
    public X509Certificate certify(CertificateProfile profile, PublicKey bearer, Duration validity, Instant now) {
        var last = certificate.getNotAfter().toInstant();
        if (now.isAfter(last)) {
            throw new TrustException(certificate.getSubjectX500Principal() + " expired at " + last
                    + "; it cannot issue certificates any more, and now is " + now);
        }
        var wanted = Validity.from(now, validity);
        var end = wanted.notAfter().isBefore(last) ? wanted.notAfter() : last;
        return issuer.leaf(new Leaf(
                CertificateIssuer.name(
                        profile.commonName(), profile.organizations().toArray(String[]::new)),
                bearer,
                new Validity(wanted.notBefore(), end),
                profile.dnsNames(),
                profile.addresses(),
                purposes(profile)));
    }

    private static List<KeyPurposeId> purposes(CertificateProfile profile) {
        var purposes = new ArrayList<KeyPurposeId>();
        if (profile.purposes().contains(CertificateProfile.Purpose.SERVER)) {
            purposes.add(KeyPurposeId.id_kp_serverAuth);
        }
        if (profile.purposes().contains(CertificateProfile.Purpose.CLIENT)) {
            purposes.add(KeyPurposeId.id_kp_clientAuth);
        }
        return purposes;
    }

    /** Names the authority, never the key. */
    @Override
    public String toString() {
        return "Authority[" + certificate.getSubjectX500Principal() + "]";
    }
}
