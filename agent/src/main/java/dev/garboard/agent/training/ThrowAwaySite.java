package dev.garboard.agent.training;

import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.ReleaseKey;
import dev.garboard.trust.Role;
import dev.garboard.trust.TlsIdentity;
import dev.garboard.trust.TrustException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/** A site CA that lives for one training run. Written out by hand: the JDK makes no certificates, and a node issues none at its start. */
final class ThrowAwaySite {

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8 = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final byte[] ECDSA_WITH_SHA_256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final byte[] ORGANIZATION = HexFormat.of().parseHex("060355040a");

    private final KeyPair caKeys = KeyPairs.ecP256();
    private final X509Certificate ca =
            issue("training", "garboard:ca", caKeys.getPublic().getEncoded());

    X509Certificate ca() {
        return ca;
    }

    TlsIdentity identity(String name, Role role) {
        KeyPair keys = KeyPairs.ecP256();
        return new TlsIdentity(
                keys.getPrivate(),
                List.of(issue(name, role.organization(), keys.getPublic().getEncoded())));
    }

    /** A key as it signs images and bundles. */
    ReleaseKey release() {
        KeyPair keys = KeyPairs.rsa3072();
        return new ReleaseKey(
                keys.getPrivate(), issue("training", "release", keys.getPublic().getEncoded()));
    }

    /** A node certificate for the key in a certificate request. */
    X509Certificate node(byte[] request) {
        byte[] example = caKeys.getPublic().getEncoded();
        // All P-256 keys have the same encoding up to the point itself.
        String prefix = HexFormat.of().formatHex(example, 0, 26);
        int at = HexFormat.of().formatHex(request).indexOf(prefix) / 2;
        var key = new byte[example.length];
        System.arraycopy(request, at, key, 0, key.length);
        return issue("training-node", Role.NODE.organization(), key);
    }

    private X509Certificate issue(String name, String organization, byte[] key) {
        byte[] validity = der(SEQUENCE, time("20200101000000Z"), time("21200101000000Z"));
        byte[] content = der(
                SEQUENCE,
                der(INTEGER, new byte[] {1}),
                ECDSA_WITH_SHA_256,
                name("training", "garboard:ca"),
                validity,
                name(name, organization),
                key);
        try {
            var signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(caKeys.getPrivate());
            signer.update(content);
            byte[] certificate =
                    der(SEQUENCE, content, ECDSA_WITH_SHA_256, der(BIT_STRING, new byte[] {0}, signer.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        } catch (GeneralSecurityException unusable) {
            throw new TrustException("a training certificate could not be made: " + unusable.getMessage(), unusable);
        }
    }

    private static byte[] name(String commonName, String organization) {
        return der(SEQUENCE, attribute(COMMON_NAME, commonName), attribute(ORGANIZATION, organization));
    }

    private static byte[] attribute(byte[] type, String value) {
        return der(SET, der(SEQUENCE, type, der(UTF8, value.getBytes(StandardCharsets.UTF_8))));
    }

    private static byte[] time(String text) {
        return der(GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
