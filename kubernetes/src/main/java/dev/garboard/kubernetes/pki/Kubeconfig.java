package dev.garboard.kubernetes.pki;

import dev.garboard.trust.TlsIdentity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Pattern;

/** The text of kubeconfig files (YAML). */
public final class Kubeconfig {

    /** Names that need no quoting in YAML. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9@._-]{0,200}");

    private Kubeconfig() {}

    /** For a person or program that has nothing but this file: key and certificate are inside. */
    public static String withIdentity(String cluster, String user, URI server, String caPem, TlsIdentity identity) {
        return render(
                cluster,
                user,
                server,
                "certificate-authority-data: " + base64(caPem),
                "client-certificate-data: " + base64(identity.chainPem()) + "\n    client-key-data: "
                        + base64(identity.keyPem()));
    }

    /** For a program on the node: it reads the files again when they change, so a replaced certificate needs no restart. */
    public static String withFiles(String cluster, String user, URI server, Path ca, Path certificate, Path key) {
        return render(
                cluster,
                user,
                server,
                "certificate-authority: " + quoted(ca),
                "client-certificate: " + quoted(certificate) + "\n    client-key: " + quoted(key));
    }

    private static String render(String cluster, String user, URI server, String authority, String credentials) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: %1$s
                  cluster:
                    server: "%3$s"
                    %4$s
                users:
                - name: %2$s
                  user:
                    %5$s
                contexts:
                - name: %2$s@%1$s
                  context:
                    cluster: %1$s
                    user: %2$s
                current-context: %2$s@%1$s
                """.formatted(plain(cluster), plain(user), server, authority, credentials);
    }

    private static String plain(String name) {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name in a kubeconfig has letters, digits and @._-, found \"" + name + "\"");
        }
        return name;
    }

    private static String quoted(Path file) {
        var text = file.toString();
        if (text.contains("\"") || text.contains("\\")) {
            throw new IllegalArgumentException("the path " + text + " holds a quote or a backslash");
        }
        return '"' + text + '"';
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
