package dev.garboard.trust;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Writes and signs X.509 certificates (RFC 5280). What goes into one is decided by its callers in this package. */
final class CertificateIssuer {

    /** Machines whose clocks run a little behind must be able to use a new certificate at once. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private final KeyPair keys;
    private final X500Name name;

    CertificateIssuer(KeyPair keys, X500Name name) {
        this.keys = keys;
        this.name = name;
    }

    record Validity(Instant notBefore, Instant notAfter) {
        static Validity from(Instant now, Duration length) {
            return new Validity(now.minus(BACKDATED), now.plus(length));
        }
    }

    /** What an issued certificate says of its bearer. */
    record Leaf(
            X500Name subject,
            PublicKey key,
            Validity validity,
            List<String> dnsNames,
            List<InetAddress> addresses,
            List<KeyPurposeId> purposes) {}

    static X500Name name(String commonName, String... organizations) {
        var name = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName);
        for (var organization : organizations) {
            name.addRDN(BCStyle.O, organization);
        }
        return name.build();
    }

    X509Certificate selfSignedAuthority(Validity validity) {
        return sign(
                builder(name, keys.getPublic(), validity),
                certificate -> certificate
                        // Path length 0: what this CA issues cannot issue further.
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                        .addExtension(
                                Extension.subjectKeyIdentifier,
                                false,
                                identifiers().createSubjectKeyIdentifier(keys.getPublic())));
    }

    X509Certificate selfSignedCodeSigner(Validity validity) {
        return sign(
                builder(name, keys.getPublic(), validity),
                certificate -> certificate
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .addExtension(
                                Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning))
                        .addExtension(
                                Extension.subjectKeyIdentifier,
                                false,
                                identifiers().createSubjectKeyIdentifier(keys.getPublic())));
    }

    X509Certificate leaf(Leaf leaf) {
        return sign(builder(leaf.subject(), leaf.key(), leaf.validity()), certificate -> {
            certificate
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(leaf.purposes().toArray(KeyPurposeId[]::new)))
                    .addExtension(
                            Extension.subjectKeyIdentifier, false, identifiers().createSubjectKeyIdentifier(leaf.key()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers().createAuthorityKeyIdentifier(keys.getPublic()));
            var names = new ArrayList<GeneralName>();
            leaf.dnsNames().forEach(dns -> names.add(new GeneralName(GeneralName.dNSName, dns)));
            leaf.addresses()
                    .forEach(address -> names.add(
                            new GeneralName(GeneralName.iPAddress, new DEROctetString(address.getAddress()))));
            if (!names.isEmpty()) {
                certificate.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
        });
    }

    RevocationList revocations(Collection<Revocation> revoked) {
        return RevocationList.sign(revoked, keys.getPrivate());
    }

    private X509v3CertificateBuilder builder(X500Name subject, PublicKey key, Validity validity) {
        // 127 random bits below a leading one: positive, never zero, always 16 bytes (RFC 5280 allows 20).
        var serial = new BigInteger(127, new SecureRandom()).setBit(126);
        return new JcaX509v3CertificateBuilder(
                name, serial, Date.from(validity.notBefore()), Date.from(validity.notAfter()), subject, key);
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder certificate) throws IOException, GeneralSecurityException;
    }

    private X509Certificate sign(X509v3CertificateBuilder certificate, Extensions extensions) {
        try {
            extensions.addTo(certificate);
            var signer = new JcaContentSignerBuilder(KeyPairs.signatureAlgorithm(keys.getPrivate()))
                    .build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(certificate.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException failed) {
            throw new TrustException(
                    "the certificate cannot be signed by " + name + ": " + failed.getMessage(), failed);
        }
    }

    private static JcaX509ExtensionUtils identifiers() throws GeneralSecurityException {
        return new JcaX509ExtensionUtils();
    }
}
