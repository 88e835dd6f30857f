package dev.garboard.trust;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What was revoked, as the site CA signs it for the nodes: a node need not trust whoever brings it. A line for each certificate, below one
 * that no other thing that the CA signs begins with.
 */
public final class RevocationList {

    /**
     * As many certificates a list may name. Its longest line has 144 bytes, so such a list stays below what nodes take; whoever issues
     * and revokes keeps to this number, since a list that is refused would revoke nothing.
     */
    public static final int MOST = 10_000;

    private static final String HEAD = "garboard revocations 1";
    private static final int LARGEST = 2 << 20;

    private final byte[] content;
    private final byte[] signature;

    /**
     * A list as it was brought, not believed yet.
     *
     * @param content the lines
     * @param signature of the site CA
     */
    public RevocationList(byte[] content, byte[] signature) {
        this.content = content.clone();
        this.signature = signature.clone();
    }

    /** The lines. */
    public byte[] content() {
        return content.clone();
    }

    /** Of the site CA over {@link #content}. */
    public byte[] signature() {
        return signature.clone();
    }

    static RevocationList sign(Collection<Revocation> revoked, PrivateKey key) {
        if (revoked.size() > MOST) {
            throw new TrustException("a list of " + revoked.size() + " revoked certificates is not made, since nodes"
                    + " refuse one of more than " + LARGEST + " bytes; expected at most " + MOST);
        }
        var text = new StringBuilder(HEAD).append('\n');
        revoked.stream()
                .sorted(Comparator.comparing(Revocation::serial))
                .forEach(one -> text.append(one.line()).append('\n'));
        var content = text.toString().getBytes(StandardCharsets.US_ASCII);
        try {
            var signer = Signature.getInstance(KeyPairs.signatureAlgorithm(key));
            signer.initSign(key);
            signer.update(content);
            return new RevocationList(content, signer.sign());
        } catch (GeneralSecurityException unusable) {
            throw new TrustException(
                    "the site CA cannot sign the list of revoked certificates: " + unusable.getMessage(), unusable);
        }
    }

    /**
     * What the list says.
     *
     * @throws TrustException when the site CA did not sign it, or it cannot be read
     */
    public List<Revocation> verify(X509Certificate siteCa) {
        if (content.length > LARGEST) {
            throw new TrustException(
                    "a list of revoked certificates has " + content.length + " bytes, expected at most " + LARGEST);
        }
        try {
            var verifier = Signature.getInstance(
                    siteCa.getPublicKey().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            // Its key and not the certificate, of which Java wants the usage for documents; that of this CA is for
            // certificates and lists.
            verifier.initVerify(siteCa.getPublicKey());
            verifier.update(content);
            if (!verifier.verify(signature)) {
                throw new TrustException("a list of revoked certificates is not signed by this site's CA");
            }
        } catch (GeneralSecurityException malformed) {
            throw new TrustException(
                    "a list of revoked certificates is not signed by this site's CA: " + malformed.getMessage(),
                    malformed);
        }
        var lines = new String(content, StandardCharsets.US_ASCII).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
            throw new TrustException("a list of revoked certificates does not begin with \"" + HEAD + "\"");
        }
        var revoked = new ArrayList<Revocation>();
        for (var line : lines.subList(1, lines.size())) {
            revoked.add(Revocation.ofLine(line));
        }
        return List.copyOf(revoked);
    }
}
