package dev.garboard.cli;

import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** The file that makes {@code kubectl} and {@code garboard} talk to a site's operator API. */
final class KubeconfigFile {

    private KubeconfigFile() {}

    /**
     * Renders the file.
     *
     * @param address of the server, a literal
     */
    static String render(String site, String address, X509Certificate siteCa, TlsIdentity identity) {
        return """
                apiVersion: v1
                kind: Config
                current-context: %1$s
                contexts:
                  - name: %1$s
                    context:
                      cluster: %1$s
                      user: %1$s-admin
                clusters:
                  - name: %1$s
                    cluster:
                      server: https://%2$s:7442
                      certificate-authority-data: %3$s
                      # kubectl ignores this; garboard reads where the nodes' API is reached through the server.
                      extensions:
                        - name: garboard.dev
                          extension:
                            node-api: "%2$s:7443"
                users:
                  - name: %1$s-admin
                    user:
                      client-certificate-data: %4$s
                      client-key-data: %5$s
                """.formatted(
                        site,
                        address,
                        base64(Pem.ofCertificates(List.of(siteCa))),
                        base64(identity.chainPem()),
                        base64(identity.keyPem()));
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
