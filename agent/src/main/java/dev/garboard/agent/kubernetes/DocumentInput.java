package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.nodeconfig.NodeDocument;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One document to apply, with the secrets it refers to. It remembers which it was asked for, so that a change is noticed. */
public final class DocumentInput {

    private final Document document;
    private final Function<String, byte @Nullable []> secrets;
    private final Map<String, String> used = new TreeMap<>();

    DocumentInput(Document document, Function<String, byte @Nullable []> secrets) {
        this.document = document;
        this.secrets = secrets;
    }

    /** The document's name. */
    public String name() {
        return document.getName();
    }

    /** Grows when the content changes. */
    public long revision() {
        return document.getRevision();
    }

    /** The whole document as JSON. */
    public byte[] content() {
        return document.getContent().toByteArray();
    }

    /**
     * The document, read and checked.
     *
     * @throws dev.garboard.nodeconfig.DocumentException when it is malformed
     */
    public <T extends NodeDocument> T as(Class<T> type) {
        return type.cast(NodeDocuments.READER.parse(document.getKind() + "/" + document.getName(), content()));
    }

    /**
     * A secret that must be there.
     *
     * @throws IllegalArgumentException when the server did not send it
     */
    public byte[] secret(String name) {
        return findSecret(name)
                .orElseThrow(() -> new IllegalArgumentException(document.getKind() + "/" + document.getName()
                        + " needs the secret \"" + name + "\", which the server did not send"));
    }

    /** A secret that may be there. */
    public Optional<byte[]> findSecret(String name) {
        byte[] value = secrets.apply(name);
        used.put(name, SecretPrint.of(value));
        return Optional.ofNullable(value);
    }

    /** The secrets that were asked for, each with a print of its value. */
    Map<String, String> used() {
        return Collections.unmodifiableMap(new TreeMap<>(used));
    }
}
