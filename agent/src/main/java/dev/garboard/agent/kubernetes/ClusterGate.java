package dev.garboard.agent.kubernetes;

import static dev.garboard.kubernetes.pki.ClusterSecrets.KUBERNETES_CA_CERTIFICATE;

import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import dev.garboard.trust.TrustException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the documents of a cluster through only where the node has no part in another one. A server whose database is an older copy may know a
 * former cluster of the same machines: one document of it would replace the keys under the cluster that lives. Only an order ends a part.
 */
final class ClusterGate {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");

    private static final String REMEDY =
            ". Nothing of it was done. Is the server's database an older copy? Put the newer one back. A node leaves its"
                    + " cluster by an order of its server: take its labels away, or delete that Cluster. To give up what the"
                    + " node holds, reset it (garboard node MACHINE reset --disk DISK); if it keeps nothing on a disk, restart"
                    + " it";

    private final ClusterMembership membership;

    ClusterGate(ClusterMembership membership) {
        this.membership = membership;
    }

    /** Of which cluster the node is, of which the documents are, and why the two do not go together. */
    private record Question(ClusterIdentity held, ClusterIdentity asked, Optional<String> refusal) {}

    /**
     * Why none of these may be applied; empty when they may, as far as can be told now. Changes nothing.
     *
     * @param documents all that are about a cluster
     */
    Optional<String> refusal(Collection<Document> documents, Function<String, byte @Nullable []> secrets) {
        return told(documents, () -> question(documents, secrets).refusal());
    }

    /**
     * As {@link #refusal}; when they may be applied, the node is noted to be of their cluster. To be asked where the node's disk is in use: the
     * note lies on it.
     */
    Optional<String> enter(Collection<Document> documents, Function<String, byte @Nullable []> secrets) {
        return told(documents, () -> {
            var question = question(documents, secrets);
            if (question.refusal().isEmpty() && !question.asked().isNone()) {
                note(question.held(), question.held().or(question.asked()));
            }
            return question.refusal();
        });
    }

    /** What may find a file that cannot be read, or written. */
    private interface Decision {
        Optional<String> make() throws IOException;
    }

    private static Optional<String> told(Collection<Document> documents, Decision decision) {
        try {
            return documents.isEmpty() ? Optional.empty() : decision.make();
        } catch (IOException | DocumentException | TrustException unreadable) {
            return Optional.of(
                    "which cluster this node has a part in, or which one the server declares, cannot be read: "
                            + unreadable.getMessage());
        }
    }

    private Question question(Collection<Document> documents, Function<String, byte @Nullable []> secrets)
            throws IOException {
        var held = membership.held();
        var ca = ca(secrets);
        var asked =
                new ClusterIdentity(token(documents), ca.map(ClusterGate::print).orElse(""));
        var kubelet = held.kubernetesCa().isEmpty() && ca.isPresent()
                ? membership.kubeletOfOtherThan(ca.get())
                : Optional.<String>empty();
        return new Question(held, asked, refusal(held, asked, kubelet, kinds(documents)));
    }

    /** Who has a part by other signs goes on without the note: on a full disk only pods that are ended make room for it. */
    private void note(ClusterIdentity held, ClusterIdentity now) throws IOException {
        try {
            membership.join(now);
        } catch (IOException unwritten) {
            if (held.isNone()) {
                throw unwritten;
            }
            LOG.warn("the note of this node's cluster cannot be written: {}", unwritten.getMessage());
        }
    }

    /**
     * The decision.
     *
     * @param kubelet whose certificate the kubelet has, if not of the CA that is asked for
     * @param kinds of the documents, for the message
     */
    static Optional<String> refusal(
            ClusterIdentity held, ClusterIdentity asked, Optional<String> kubelet, String kinds) {
        if (held.contradicts(asked)) {
            return Optional.of("this node has a part in another cluster (" + held.text() + ") than the one that the"
                    + " server declares (" + asked.text() + ")" + REMEDY);
        }
        if (kubelet.isPresent()) {
            return Optional.of("the kubelet of this node is of another cluster (its certificate is of " + kubelet.get()
                    + ") than the one that the server declares (" + asked.text() + ")" + REMEDY);
        }
        if (!held.isNone() && asked.isNone()) {
            // Who waits for a part is told no more than which programs to fetch: they would take the place of those
            // that run.
            return Optional.of("this node has a part in a cluster (" + held.text() + "), and the server declares "
                    + kinds + " of one that has none" + REMEDY);
        }
        return Optional.empty();
    }

    private static String kinds(Collection<Document> documents) {
        return documents.stream().map(Document::getKind).sorted().distinct().collect(Collectors.joining(", "));
    }

    private static String token(Collection<Document> documents) {
        for (var document : documents) {
            if (document.getKind().equals(Etcd.KIND)) {
                var label = document.getKind() + "/" + document.getName();
                var content = document.getContent().toByteArray();
                return ((Etcd) NodeDocuments.READER.parse(label, content)).token();
            }
        }
        return "";
    }

    private static Optional<X509Certificate> ca(Function<String, byte @Nullable []> secrets) {
        var pem = secrets.apply(KUBERNETES_CA_CERTIFICATE);
        return pem == null
                ? Optional.empty()
                : Optional.of(Pem.certificates(new String(pem, StandardCharsets.UTF_8), KUBERNETES_CA_CERTIFICATE)
                        .getFirst());
    }

    /** As orders to leave name a CA. */
    private static String print(X509Certificate ca) {
        try {
            return Sha256.of(ca.getEncoded());
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("it was decoded a moment ago", impossible);
        }
    }
}
