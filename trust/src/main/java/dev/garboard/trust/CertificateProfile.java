package dev.garboard.trust;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * What a certificate of an {@link Authority} says of its bearer.
 *
 * @param organizations in Kubernetes the groups of a client
 * @param dnsNames names that a server answers to
 * @param addresses addresses that a server answers at
 */
public record CertificateProfile(
        String commonName,
        List<String> organizations,
        List<String> dnsNames,
        List<InetAddress> addresses,
        Set<Purpose> purposes) {

    /** What a certificate may be used for (RFC 5280 section 4.2.1.12). */
    public enum Purpose {
        SERVER,
        CLIENT
    }

    public CertificateProfile {
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        purposes = Set.copyOf(purposes);
        if (commonName.isEmpty() || commonName.length() > 64) {
            throw new TrustException("a certificate's name has 1 to 64 characters (RFC 5280 ub-common-name), found "
                    + commonName.length() + ": \"" + commonName + "\"");
        }
        if (purposes.isEmpty()) {
            throw new TrustException("the certificate of " + commonName + " has no purpose, expected server or client");
        }
    }

    /** One that only calls others. */
    public static CertificateProfile client(String commonName, String... organizations) {
        return new CertificateProfile(commonName, List.of(organizations), List.of(), List.of(), Set.of(Purpose.CLIENT));
    }

    /** One that only answers. */
    public static CertificateProfile server(String commonName, List<String> dnsNames, List<InetAddress> addresses) {
        return new CertificateProfile(commonName, List.of(), dnsNames, addresses, Set.of(Purpose.SERVER));
    }

    /** One that answers and calls, as the members of a cluster do. */
    public static CertificateProfile peer(String commonName, List<String> dnsNames, List<InetAddress> addresses) {
        return new CertificateProfile(
                commonName, List.of(), dnsNames, addresses, Set.of(Purpose.SERVER, Purpose.CLIENT));
    }
}
