package dev.garboard.kubernetes.pki;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a kubelet joins a cluster with.
 *
 * @param id public part, names the Secret
 */
public record BootstrapToken(String id, String secret) {

    /** The namespace of the Secret that makes a token valid. */
    public static final String NAMESPACE = "kube-system";

    /** The group that every bearer of a valid token is in. */
    public static final String GROUP = "system:bootstrappers";

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final Pattern FORM = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");

    public BootstrapToken {
        if (!FORM.matcher(id + "." + secret).matches()) {
            throw new IllegalArgumentException(
                    "a bootstrap token has 6 small letters and digits, a dot and 16 more, found "
                            + (id.length() + 1 + secret.length()) + " characters");
        }
    }

    /** A new one, by chance. */
    public static BootstrapToken generate(SecureRandom random) {
        return new BootstrapToken(characters(6, random), characters(16, random));
    }

    /**
     * Reads a token. The message of a refusal does not repeat it.
     *
     * @throws IllegalArgumentException when it is malformed
     */
    public static BootstrapToken parse(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "a bootstrap token has 6 small letters and digits, a dot and 16 more, found " + text.length()
                            + " characters");
        }
        return new BootstrapToken(match.group(1), match.group(2));
    }

    /** The whole token, which is a secret. */
    public String text() {
        return id + "." + secret;
    }

    /** Name of the Secret in {@link #NAMESPACE} that makes the token valid; deleting it ends that. */
    public String secretName() {
        return "bootstrap-token-" + id;
    }

    /** The Secret that makes the token valid until it is deleted or expires. */
    public ObjectNode manifest(String description, Instant expiration) {
        var manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("apiVersion", "v1");
        manifest.put("kind", "Secret");
        manifest.putObject("metadata").put("name", secretName()).put("namespace", NAMESPACE);
        manifest.put("type", "bootstrap.kubernetes.io/token");
        manifest.putObject("stringData")
                .put("token-id", id)
                .put("token-secret", secret)
                .put("description", description)
                .put("expiration", expiration.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("usage-bootstrap-authentication", "true")
                .put("usage-bootstrap-signing", "false");
        return manifest;
    }

    private static String characters(int count, SecureRandom random) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    /** Names the token, never its secret. */
    @Override
    public String toString() {
        return "BootstrapToken[" + id + "]";
    }
}
