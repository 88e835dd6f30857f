package dev.garboard.kubernetes.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KubeconfigTest {

    @Test
    void pointsToFilesForAProgramOnTheNode() {
        var text = Kubeconfig.withFiles(
                "lab",
                "system-kube-scheduler",
                URI.create("https://127.0.0.1:6443"),
                Path.of("/pki/ca.crt"),
                Path.of("/pki/scheduler.crt"),
                Path.of("/pki/scheduler.key"));

        assertEquals("""
                apiVersion: v1
                kind: Config
                clusters:
                - name: lab
                  cluster:
                    server: "https://127.0.0.1:6443"
                    certificate-authority: "/pki/ca.crt"
                users:
                - name: system-kube-scheduler
                  user:
                    client-certificate: "/pki/scheduler.crt"
                    client-key: "/pki/scheduler.key"
                contexts:
                - name: system-kube-scheduler@lab
                  context:
                    cluster: lab
                    user: system-kube-scheduler
                current-context: system-kube-scheduler@lab
                """, text);
    }

    @Test
    void refusesANameThatWouldBreakTheFile() {
        var thrown = assertThrows(
                IllegalArgumentException.class,
                () -> Kubeconfig.withFiles(
                        "lab: x", "u", URI.create("https://a"), Path.of("/a"), Path.of("/b"), Path.of("/c")));

        assertEquals("a name in a kubeconfig has letters, digits and @._-, found \"lab: x\"", thrown.getMessage());
    }

    @Test
    void aTokensSecretSaysWhenItEnds() {
        var token = BootstrapToken.generate(new SecureRandom());

        var manifest = token.manifest("for w1", Instant.parse("2026-11-23T12:00:00.123Z"));

        assertEquals(token, BootstrapToken.parse(token.text() + "\n"));
        assertEquals(
                "bootstrap-token-" + token.id(),
                manifest.path("metadata").path("name").stringValue());
        assertEquals(
                "2026-11-23T12:00:00Z",
                manifest.path("stringData").path("expiration").stringValue());
        assertFalse(token.toString().contains(token.secret()));
    }

    @Test
    void refusesAMalformedTokenWithoutRepeatingIt() {
        var thrown = assertThrows(IllegalArgumentException.class, () -> BootstrapToken.parse("secret"));

        assertEquals(
                "a bootstrap token has 6 small letters and digits, a dot and 16 more, found 6 characters",
                thrown.getMessage());
    }
}
