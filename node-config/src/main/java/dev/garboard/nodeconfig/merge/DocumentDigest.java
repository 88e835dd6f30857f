package dev.garboard.nodeconfig.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** SHA-256 of documents in {@linkplain CanonicalJson one form}, in small hexadecimal digits: the same whatever the order of keys and of documents. */
public final class DocumentDigest {

    private DocumentDigest() {}

    /** Of one document. */
    public static String of(JsonNode document) {
        return sha256(CanonicalJson.text(document));
    }

    /** Of a whole set: of the list of its documents by kind and name. */
    public static String of(Collection<? extends JsonNode> documents) {
        return sha256(documents.stream()
                .sorted(Comparator.comparing(DocumentId::of))
                .map(CanonicalJson::text)
                .collect(Collectors.joining(",", "[", "]")));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
