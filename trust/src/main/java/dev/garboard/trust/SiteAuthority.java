package dev.garboard.trust;

import dev.garboard.trust.CertificateIssuer.Leaf;
import dev.garboard.trust.CertificateIssuer.Validity;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/** The site CA: issues the certificates of the server, of people and of nodes. Safe for use by several threads. */
public final class SiteAuthority {

    public static final String CERTIFICATE_FILE = "site-ca.crt";
    public static final String KEY_FILE = "site-ca.key";

    public static final Duration SERVER_VALIDITY = Duration.ofDays(90);
    public static final Duration OPERATOR_VALIDITY = Duration.ofDays(365);
    public static final Duration NODE_VALIDITY = Duration.ofHours(24);

    private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(10 * 365);

    private static final List<KeyPurposeId> CLIENT = List.of(KeyPurposeId.id_kp_clientAuth);
    // The server calls nodes, and nodes call the server: both are client and server.
    private static final List<KeyPurposeId> BOTH =
            List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);

    private final X509Certificate certificate;
    private final CertificateIssuer issuer;
    private final InstantSource clock;

    private SiteAuthority(KeyPair keys, X509Certificate certificate, InstantSource clock) {
        this.certificate = certificate;
        // The subject byte for byte, so that chains are found whatever string types it uses.
        this.issuer = new CertificateIssuer(
                keys, X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()));
        this.clock = clock;
    }

    /**
     * Makes a site CA and writes it into an existing directory.
     *
     * @param site name of the site, for people who compare certificates
     * @throws TrustException when the directory holds one already; it is never replaced
     */
    public static SiteAuthority create(Path directory, String site, InstantSource clock) {
        for (var file : List.of(CERTIFICATE_FILE, KEY_FILE)) {
            if (Files.exists(directory.resolve(file))) {
                throw new TrustException(directory.resolve(file)
                        + " exists; replacing a site CA would lock out every node and person of the site, so"
                        + " move it away yourself if that is meant");
            }
        }
        var authority = inMemory(site, clock);
        Pem.writeKey(directory.resolve(KEY_FILE), authority.keys().getPrivate());
        Pem.writeCertificates(directory.resolve(CERTIFICATE_FILE), List.of(authority.certificate()));
        return authority.opened(clock);
    }

    /** Opens the site CA of a directory. */
    public static SiteAuthority open(Path directory, InstantSource clock) {
        var key = Pem.readKey(directory.resolve(KEY_FILE));
        var certificate = Pem.readCertificate(directory.resolve(CERTIFICATE_FILE));
        if (!KeyPairs.belongTogether(key, certificate.getPublicKey())) {
            throw new TrustException(directory.resolve(KEY_FILE) + " does not belong to "
                    + directory.resolve(CERTIFICATE_FILE) + "; restore both from the same backup");
        }
        if (certificate.getBasicConstraints() < 0) {
            throw new TrustException(directory.resolve(CERTIFICATE_FILE) + " is the certificate of "
                    + certificate.getSubjectX500Principal() + ", expected one of a certificate authority");
        }
        return new SiteAuthority(new KeyPair(certificate.getPublicKey(), key), certificate, clock);
    }

    private record Made(KeyPair keys, X509Certificate certificate) {
        SiteAuthority opened(InstantSource clock) {
            return new SiteAuthority(keys, certificate, clock);
        }
    }

    private static Made inMemory(String site, InstantSource clock) {
        var keys = KeyPairs.ecP256();
        var issuer = new CertificateIssuer(keys, CertificateIssuer.name("Garboard site CA of " + site));
        return new Made(keys, issuer.selfSignedAuthority(Validity.from(clock.instant(), AUTHORITY_VALIDITY)));
    }

    /** What everybody in the site believes in. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** A new key and certificate for the server, named {@code garboard-server}. */
    public TlsIdentity issueServer(List<String> dnsNames, List<InetAddress> addresses) {
        var keys = KeyPairs.ecP256();
        var names = new ArrayList<>(dnsNames);
        if (!names.contains("garboard-server")) {
            names.add("garboard-server");
        }
        return identity(
                keys, issue("garboard-server", Role.SERVER, keys.getPublic(), SERVER_VALIDITY, names, addresses));
    }

    /**
     * A new key and certificate for a person or a tool.
     *
     * @throws TrustException when the role is not a person's or the name is empty
     */
    public TlsIdentity issueOperator(String name, Role role, Duration validity) {
        if (!role.isPersons()) {
            throw new TrustException(
                    "a person cannot have the role " + role.word() + "; choose reader, operator or admin");
        }
        var keys = KeyPairs.ecP256();
        return identity(keys, issue(name, role, keys.getPublic(), validity, List.of(), List.of()));
    }

    /**
     * A certificate for the key of a person or a tool, and the chain to the site CA.
     *
     * @param certificationRequest PKCS #10 in DER; its subject is ignored
     * @throws TrustException when the role is not a person's, the name is empty or the request is not signed by its key
     */
    public List<X509Certificate> issueOperator(String name, Role role, byte[] certificationRequest, Duration validity) {
        if (!role.isPersons()) {
            throw new TrustException(
                    "a person cannot have the role " + role.word() + "; choose reader, operator or admin");
        }
        var key = RequestedKey.verify(certificationRequest);
        return List.of(issue(name, role, key, validity, List.of(), List.of()), certificate);
    }

    /** What was revoked, signed for the nodes. */
    public RevocationList revocations(Collection<Revocation> revoked) {
        return issuer.revocations(revoked);
    }

    /** A node certificate of the usual length, see {@link #issueNode(String, byte[], InetAddress, Duration)}. */
    public List<X509Certificate> issueNode(
            String machineName, byte[] certificationRequest, @Nullable InetAddress address) {
        return issueNode(machineName, certificationRequest, address, NODE_VALIDITY);
    }

    /**
     * A certificate for a node's key, and the chain to the site CA.
     *
     * @param certificationRequest PKCS #10 in DER; its subject is ignored
     * @param address of the machine API, when it is known
     */
    public List<X509Certificate> issueNode(
            String machineName, byte[] certificationRequest, @Nullable InetAddress address, Duration validity) {
        var key = RequestedKey.verify(certificationRequest);
        var addresses = address == null ? List.<InetAddress>of() : List.of(address);
        return List.of(issue(machineName, Role.NODE, key, validity, List.of(machineName), addresses), certificate);
    }

    /** Any other certificate for a key; ends with the site CA at the latest. */
    public X509Certificate issue(
            String name,
            Role role,
            PublicKey key,
            Duration validity,
            List<String> dnsNames,
            List<InetAddress> addresses) {
        if (name.isBlank() || name.length() > 64) {
            throw new TrustException(
                    "a certificate's name has 1 to 64 characters (RFC 5280 ub-common-name), found " + name.length());
        }
        var wanted = Validity.from(clock.instant(), validity);
        var last = certificate.getNotAfter().toInstant();
        if (clock.instant().isAfter(last)) {
            throw new TrustException("the site CA expired at " + last + "; it cannot issue certificates any more");
        }
        return issuer.leaf(new Leaf(
                CertificateIssuer.name(name, role.organization()),
                key,
                new Validity(wanted.notBefore(), earlier(wanted.notAfter(), last)),
                dnsNames,
                addresses,
                role.isPersons() ? CLIENT : BOTH));
    }

    private TlsIdentity identity(KeyPair keys, X509Certificate issued) {
        return new TlsIdentity(keys.getPrivate(), List.of(issued, certificate));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
