package dev.garboard.kubernetes.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.trust.TrustException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClusterKeysTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void comeBackFromTheirPem() {
        var keys = ClusterKeys.create("lab", NOW);

        var again = ClusterKeys.ofPem(keys.pem());

        assertEquals(keys.pem(), again.pem());
        assertFalse(keys.toString().contains("PRIVATE"));
    }

    @Test
    void refuseAKeyOfAnotherAuthority() {
        var pem = new TreeMap<>(ClusterKeys.create("lab", NOW).pem());
        pem.put(ClusterSecrets.ETCD_CA_KEY, ClusterKeys.create("lab", NOW).pem().get(ClusterSecrets.ETCD_CA_KEY));

        var thrown = assertThrows(TrustException.class, () -> ClusterKeys.ofPem(pem));

        assertEquals(
                "etcd-ca.crt with etcd-ca.key: the key does not belong to the certificate of CN=lab etcd CA; use the two that were made together",
                thrown.getMessage());
    }

    @Test
    void sayWhichSecretIsMissing() {
        var pem = new TreeMap<>(ClusterKeys.create("lab", NOW).pem());
        pem.remove(ClusterSecrets.FRONT_PROXY_CA_KEY);

        var thrown = assertThrows(TrustException.class, () -> ClusterKeys.ofPem(pem));

        assertEquals("the secret front-proxy-ca.key is missing", thrown.getMessage());
    }

    @Test
    void certifyAnApiServerForAllItsNames() throws GeneralSecurityException {
        var keys = ClusterKeys.create("lab", NOW);
        var document = new ControlPlane(
                "lab",
                Cidr.address("192.168.77.11"),
                new HostPort("lab.example", 6443),
                6443,
                Cidr.parse("10.244.0.0/16"),
                Cidr.parse("10.96.0.0/16"),
                "cluster.local",
                List.of("203.0.113.7"));

        var issued = keys.kubernetes()
                .issue(LeafCertificates.apiServer(document, "cp1"), LeafCertificates.VALIDITY, NOW)
                .certificate();

        issued.verify(keys.kubernetes().certificate().getPublicKey());
        assertEquals(
                Set.of(
                        "kubernetes",
                        "kubernetes.default",
                        "kubernetes.default.svc",
                        "kubernetes.default.svc.cluster.local",
                        "localhost",
                        "cp1",
                        "lab.example",
                        "127.0.0.1",
                        "10.96.0.1",
                        "192.168.77.11",
                        "203.0.113.7"),
                names(issued));
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), issued.getExtendedKeyUsage());
        assertEquals(NOW.plus(LeafCertificates.VALIDITY), issued.getNotAfter().toInstant());
    }

    @Test
    void neverOutliveTheirAuthority() {
        var keys = ClusterKeys.create("lab", NOW);
        var lateInItsLife = keys.etcd().certificate().getNotAfter().toInstant().minus(Duration.ofDays(1));

        var issued = keys.etcd()
                .issue(LeafCertificates.apiServerEtcdClient(), LeafCertificates.VALIDITY, lateInItsLife)
                .certificate();

        assertEquals(keys.etcd().certificate().getNotAfter(), issued.getNotAfter());
    }

    @Test
    void areReplacedAfterTwoThirdsOfTheirLife() {
        var end = NOW.plus(Duration.ofDays(90));

        assertFalse(LeafCertificates.isDue(NOW, end, NOW.plus(Duration.ofDays(59))));
        assertTrue(LeafCertificates.isDue(NOW, end, NOW.plus(Duration.ofDays(61))));
        assertTrue(LeafCertificates.isDue(NOW, end, NOW.minus(Duration.ofDays(1))));
    }

    private static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> (String) name.get(1))
                .collect(Collectors.toSet());
    }
}
