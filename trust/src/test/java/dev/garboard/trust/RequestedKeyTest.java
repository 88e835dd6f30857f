package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestedKeyTest {

    private static final byte[] REQUEST = CertificateRequest.create(KeyPairs.ecP256());

    private static byte[] request(KeyPair keys, String signature) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name(""), keys.getPublic())
                .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()))
                .getEncoded();
    }

    private static KeyPair elliptic(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    @Test
    void aKeyOnP256IsRead() throws Exception {
        var keys = elliptic("secp256r1");

        assertEquals(keys.getPublic(), RequestedKey.verify(request(keys, "SHA256withECDSA")));
    }

    @Test
    void aRequestIsToldByItsKeyAlone() throws Exception {
        var keys = elliptic("secp256r1");

        assertEquals(
                Sha256.of(keys.getPublic().getEncoded()), RequestedKey.fingerprint(request(keys, "SHA256withECDSA")));
    }

    @Test
    void aRequestForANamedSubjectSaysIt() throws Exception {
        var keys = elliptic("secp256r1");

        var request = CertificateRequest.create(keys, "system:nodes", "system:node:m1");

        assertEquals(
                "O=system:nodes,CN=system:node:m1",
                new JcaPKCS10CertificationRequest(request).getSubject().toString());
        assertEquals(keys.getPublic(), RequestedKey.verify(request));
    }

    @ParameterizedTest
    @CsvSource({"secp384r1, SHA384withECDSA", "secp521r1, SHA512withECDSA"})
    void aKeyOnAnotherCurveIsRefused(String curve, String signature) throws Exception {
        var request = request(elliptic(curve), signature);

        var refusal = assertThrows(TrustException.class, () -> RequestedKey.verify(request));

        assertEquals("the certificate request holds a key for EC, expected EC on P-256", refusal.getMessage());
    }

    @Test
    void aKeyOfAnotherKindIsRefused() throws Exception {
        var request = request(KeyPairs.rsa3072(), "SHA256withRSA");

        var refusal = assertThrows(TrustException.class, () -> RequestedKey.verify(request));

        assertEquals("the certificate request holds a key for RSA, expected EC on P-256", refusal.getMessage());
    }

    @Test
    void aRequestHasAtMost16Kibibytes() {
        for (int length : new int[] {16 * 1024, 16 * 1024 + 1}) {
            var refusal = assertThrows(TrustException.class, () -> RequestedKey.verify(new byte[length]));

            boolean forItsLength = String.valueOf(refusal.getMessage()).contains("bytes, expected 1 to 16384");
            assertEquals(length > 16 * 1024, forItsLength, refusal::getMessage);
        }
    }

    @Test
    void noBitOfARequestMayBeAnother() {
        for (int bit = 0; bit < REQUEST.length * 8; bit++) {
            var damaged = REQUEST.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);

            var refusal = assertThrows(
                    TrustException.class, () -> RequestedKey.verify(damaged), "bit " + bit + " of the request");

            assertTrue(refusal.getMessage().startsWith("the certificate request"), refusal::getMessage);
        }
    }

    @Test
    void noPartOfARequestIsARequest() {
        for (int length = 0; length < REQUEST.length; length++) {
            var cut = Arrays.copyOf(REQUEST, length);
            assertThrows(TrustException.class, () -> RequestedKey.verify(cut), "the first " + length + " bytes");
        }
    }
}
