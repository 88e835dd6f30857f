package dev.garboard.image;

import dev.garboard.image.ImageRefusedException.Reason;
import dev.garboard.trust.ReleaseKey;
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
 * A detached CMS signature (RFC 5652) over a manifest. Without signed attributes: iPXE checks that form only, and without a
 * time in it the same manifest and key give the same bytes.
 */
final class ManifestSignature {

    private ManifestSignature() {}

    static byte[] sign(byte[] manifest, ReleaseKey key) {
        try {
            var generator = new CMSSignedDataGenerator();
            var signer = new JcaContentSignerBuilder("SHA256withRSA").build(key.key());
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(digests)
                    .setDirectSignature(true)
                    .build(signer, key.certificate()));
            generator.addCertificates(new JcaCertStore(List.of(key.certificate())));
            return generator
                    .generate(new CMSProcessableByteArray(manifest), false)
                    .getEncoded(ASN1Encoding.DER);
        } catch (CMSException | OperatorCreationException | CertificateEncodingException | IOException failed) {
            throw new ImageException("the manifest cannot be signed with " + key + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * Checks that this manifest was signed by the key of this certificate.
     *
     * @throws ImageRefusedException saying which of the three is wrong: signature file, key or manifest
     */
    static void verify(byte[] manifest, byte[] signature, X509Certificate trusted) {
        var signed = parse(manifest, signature);
        var signer = onlySigner(signed);
        try {
            var holder = new JcaX509CertificateHolder(trusted);
            if (!signer.getSID().match(holder)) {
                throw new ImageRefusedException(
                        Reason.WRONG_KEY,
                        "the image is signed by " + describe(signed, signer) + ", trusted is " + name(holder)
                                + "; import it with the release certificate of whoever built it, if you trust them");
            }
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(holder))) {
                throw new ImageRefusedException(Reason.MANIFEST_CHANGED, changed(holder));
            }
        } catch (CMSException differs) {
            throw new ImageRefusedException(
                    Reason.MANIFEST_CHANGED,
                    "manifest.json does not fit its signature: " + differs.getMessage(),
                    differs);
        } catch (OperatorCreationException | CertificateException unusable) {
            throw new ImageException(
                    "the release certificate of " + trusted.getSubjectX500Principal() + " cannot be used: "
                            + unusable.getMessage(),
                    unusable);
        }
    }

    private static String changed(X509CertificateHolder holder) {
        return "manifest.json was changed after " + name(holder) + " signed it; fetch the image again from its source";
    }

    private static CMSSignedData parse(byte[] manifest, byte[] signature) {
        try {
            return new CMSSignedData(new CMSProcessableByteArray(manifest), signature);
        } catch (CMSException malformed) {
            throw new ImageRefusedException(
                    Reason.SIGNATURE_UNREADABLE,
                    "manifest.json.p7s (" + signature.length + " bytes) is not a CMS signature: "
                            + malformed.getMessage(),
                    malformed);
        }
    }

    private static SignerInformation onlySigner(CMSSignedData signed) {
        var signers = signed.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            throw new ImageRefusedException(
                    Reason.SIGNATURE_UNREADABLE, "manifest.json.p7s has " + signers.size() + " signers, expected 1");
        }
        return signers.iterator().next();
    }

    /** Who the signature says it is by; not proven, only good for a message. */
    private static String describe(CMSSignedData signed, SignerInformation signer) {
        return signed.getCertificates().getMatches(null).stream()
                .filter(signer.getSID()::match)
                .findFirst()
                .map(ManifestSignature::name)
                .orElse("somebody whose certificate is not enclosed ("
                        + signer.getSID().getIssuer() + ")");
    }

    private static String name(X509CertificateHolder certificate) {
        try {
            return certificate.getSubject() + " (SHA-256 "
                    + Digest.of(certificate.getEncoded()).substring(0, 16) + "...)";
        } catch (IOException unencodable) {
            throw new ImageException("a certificate without an encoding", unencodable);
        }
    }
}
