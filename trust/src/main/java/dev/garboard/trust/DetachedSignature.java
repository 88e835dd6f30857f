package dev.garboard.trust;

import dev.garboard.trust.SignatureRefusedException.Reason;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * A detached CMS signature (RFC 5652) by a release key. Without signed attributes: iPXE checks that form only, and without a
 * time in it the same content and key give the same bytes.
 */
public final class DetachedSignature {

    private DetachedSignature() {}

    /** Signs content; the certificate is enclosed. */
    public static byte[] sign(byte[] content, ReleaseKey key) {
        try {
            var generator = new CMSSignedDataGenerator();
            var signer = new JcaContentSignerBuilder("SHA256withRSA").build(key.key());
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(digests)
                    .setDirectSignature(true)
                    .build(signer, key.certificate()));
            generator.addCertificates(new JcaCertStore(List.of(key.certificate())));
            return generator
                    .generate(new CMSProcessableByteArray(content), false)
                    .getEncoded(ASN1Encoding.DER);
        } catch (CMSException | OperatorCreationException | CertificateEncodingException | IOException failed) {
            throw new TrustException("nothing can be signed with " + key + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * Checks that this content was signed by the key of this certificate.
     *
     * @param what what the content is called in messages
     * @throws SignatureRefusedException saying which of the three is wrong: signature, key or content
     */
    public static void verify(byte[] content, byte[] signature, X509Certificate trusted, String what) {
        var signed = parse(content, signature, what);
        var signer = onlySigner(signed, what);
        try {
            var holder = new JcaX509CertificateHolder(trusted);
            if (!signer.getSID().match(holder)) {
                throw new SignatureRefusedException(
                        Reason.WRONG_KEY,
                        what + " is signed by " + describe(signed, signer) + ", trusted is " + name(holder));
            }
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(holder))) {
                throw new SignatureRefusedException(
                        Reason.CONTENT_CHANGED, what + " was changed after " + name(holder) + " signed it");
            }
        } catch (CMSException differs) {
            throw new SignatureRefusedException(
                    Reason.CONTENT_CHANGED, what + " does not fit its signature: " + differs.getMessage(), differs);
        } catch (OperatorCreationException | CertificateException unusable) {
            throw new TrustException(
                    "the release certificate of " + trusted.getSubjectX500Principal() + " cannot be used: "
                            + unusable.getMessage(),
                    unusable);
        }
    }

    private static CMSSignedData parse(byte[] content, byte[] signature, String what) {
        try {
            return new CMSSignedData(new CMSProcessableByteArray(content), signature);
        } catch (CMSException malformed) {
            throw new SignatureRefusedException(
                    Reason.UNREADABLE,
                    "the signature of " + what + " (" + signature.length + " bytes) is not a CMS signature: "
                            + malformed.getMessage(),
                    malformed);
        }
    }

    private static SignerInformation onlySigner(CMSSignedData signed, String what) {
        var signers = signed.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            throw new SignatureRefusedException(
                    Reason.UNREADABLE, "the signature of " + what + " has " + signers.size() + " signers, expected 1");
        }
        return signers.iterator().next();
    }

    /** Who the signature says it is by; not proven, only good for a message. */
    private static String describe(CMSSignedData signed, SignerInformation signer) {
        return signed.getCertificates().getMatches(null).stream()
                .filter(signer.getSID()::match)
                .findFirst()
                .map(DetachedSignature::name)
                .orElse("somebody whose certificate is not enclosed ("
                        + signer.getSID().getIssuer() + ")");
    }

    private static String name(X509CertificateHolder certificate) {
        try {
            return certificate.getSubject() + " (SHA-256 "
                    + Sha256.of(certificate.getEncoded()).substring(0, 16) + "...)";
        } catch (IOException unencodable) {
            throw new TrustException("a certificate without an encoding", unencodable);
        }
    }
}
