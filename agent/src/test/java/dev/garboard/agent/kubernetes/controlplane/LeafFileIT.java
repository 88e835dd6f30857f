package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.trust.Authority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeafFileIT {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    private Path directory;

    private final Authority authority = ClusterKeys.create("test", NOW).etcd();

    private LeafFile member(Authority issuer, String address) {
        return new LeafFile(
                directory.resolve("pki"), "etcd", issuer, LeafCertificates.etcdMember("cp1", Cidr.address(address)));
    }

    @Test
    void isMadeOnceAndForItsOwnerOnly() throws Exception {
        var file = member(authority, "10.9.0.1");

        assertTrue(file.ensure(NOW));
        assertFalse(file.ensure(NOW.plus(Duration.ofDays(30))));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.key())));
    }

    @Test
    void isReplacedInTheLastThirdOfItsLife() throws Exception {
        var file = member(authority, "10.9.0.1");
        file.ensure(NOW);
        var late = NOW.plus(Duration.ofDays(61));

        assertTrue(file.ensure(late));

        assertEquals(late.plus(LeafCertificates.VALIDITY), file.read().notAfter());
    }

    @Test
    void isReplacedForAnotherAddressAndForAnotherAuthority() throws Exception {
        member(authority, "10.9.0.1").ensure(NOW);

        assertTrue(member(authority, "10.9.0.2").ensure(NOW));
        assertTrue(member(ClusterKeys.create("other", NOW).etcd(), "10.9.0.2").ensure(NOW));
    }

    @Test
    void isReplacedWhenItWasDamaged() throws Exception {
        var file = member(authority, "10.9.0.1");
        file.ensure(NOW);
        Files.writeString(file.certificate(), "damaged");

        assertTrue(file.ensure(NOW));

        assertEquals(NOW.plus(LeafCertificates.VALIDITY), file.read().notAfter());
    }
}
