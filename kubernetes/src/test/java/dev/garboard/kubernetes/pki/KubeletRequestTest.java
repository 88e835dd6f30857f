package dev.garboard.kubernetes.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.trust.KeyPairs;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class KubeletRequestTest {

    private static final String ADDRESS = "192.168.77.21";

    private static ObjectNode object(String signer, String username, String subject, GeneralName... names)
            throws Exception {
        var keys = KeyPairs.ecP256();
        var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), keys.getPublic());
        if (names.length > 0) {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        var request = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        var pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(request.getEncoded())
                + "\n-----END CERTIFICATE REQUEST-----\n";
        var object = JsonNodeFactory.instance.objectNode();
        object.putObject("metadata").put("name", "csr-1");
        var spec = object.putObject("spec").put("signerName", signer).put("username", username);
        spec.putArray("groups").add("system:nodes").add("system:authenticated");
        spec.putArray("usages")
                .add("digital signature")
                .add(signer.equals(KubeletRequest.SERVING) ? "server auth" : "client auth");
        spec.put("request", Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));
        return object;
    }

    private static KubeletRequest serving(String username, String subject, GeneralName... names) throws Exception {
        return KubeletRequest.of(object(KubeletRequest.SERVING, username, subject, names));
    }

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static GeneralName ip(String address) {
        return new GeneralName(GeneralName.iPAddress, address);
    }

    @Test
    void readsWhatAKubeletAsksFor() throws Exception {
        var request = serving("system:node:w1", "O=system:nodes,CN=system:node:w1", dns("w1"), ip(ADDRESS));

        assertEquals(
                new KubeletRequest(
                        "csr-1",
                        KubeletRequest.SERVING,
                        "system:node:w1",
                        Set.of("system:nodes", "system:authenticated"),
                        Set.of("digital signature", "server auth"),
                        "system:node:w1",
                        List.of("system:nodes"),
                        List.of("w1"),
                        List.of(ADDRESS),
                        List.of()),
                request);
        assertEquals("w1", request.node());
        assertEquals("", request.refusalToServe(ADDRESS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Somebody else's name, address, or both.
                "system:node:w1 | O=system:nodes,CN=system:node:w2 | w2  | 192.168.77.21",
                "system:node:w1 | O=system:nodes,CN=system:node:w1 | w2  | 192.168.77.21",
                "system:node:w1 | O=system:nodes,CN=system:node:w1 | w1  | 192.168.77.22",
                // A group that grants more.
                "system:node:w1 | O=system:masters,CN=system:node:w1 | w1 | 192.168.77.21",
                "system:node:w1 | O=system:nodes,O=system:masters,CN=system:node:w1 | w1 | 192.168.77.21",
                // No node at all.
                "system:node:w1 | O=system:nodes,CN=kubernetes | w1 | 192.168.77.21",
                "alice | O=system:nodes,CN=system:node:w1 | w1 | 192.168.77.21"
            })
    void aServingCertificateIsForTheMachineThatAsks(String username, String subject, String name, String address)
            throws Exception {
        var request = serving(username, subject, dns(name), ip(address));

        assertFalse(request.refusalToServe(ADDRESS).isEmpty(), request::toString);
    }

    @Test
    void aServingCertificateNamesSomethingOfKnownType() throws Exception {
        var bare = serving("system:node:w1", "O=system:nodes,CN=system:node:w1");
        var mail = serving(
                "system:node:w1",
                "O=system:nodes,CN=system:node:w1",
                dns("w1"),
                new GeneralName(GeneralName.rfc822Name, "root@example.org"));

        assertEquals("it names nothing that the certificate is for", bare.refusalToServe(ADDRESS));
        assertFalse(mail.refusalToServe(ADDRESS).isEmpty());
        assertEquals("there is no node w1 in the cluster", bare.refusalToServe(null));
    }

    @Test
    void aTokenJoinsTheMachineThatItWasMadeForOnly() throws Exception {
        var request = KubeletRequest.of(
                object(KubeletRequest.CLIENT, "system:bootstrap:abc123", "O=system:nodes,CN=system:node:w1"));

        assertEquals("abc123", request.tokenId());
        assertEquals("", request.refusalToJoin("w1"));
        assertEquals(
                "the token is for the machine w2, and the certificate would be for system:node:w1 in [system:nodes]",
                request.refusalToJoin("w2"));
        assertEquals(
                "the token of system:bootstrap:abc123 was not made for a machine, or is spent",
                request.refusalToJoin(null));
    }

    @Test
    void aTokenMakesNoServerAndNoMaster() throws Exception {
        var named = KubeletRequest.of(object(
                KubeletRequest.CLIENT, "system:bootstrap:abc123", "O=system:nodes,CN=system:node:w1", dns("w1")));
        var master = KubeletRequest.of(
                object(KubeletRequest.CLIENT, "system:bootstrap:abc123", "O=system:masters,CN=system:node:w1"));

        assertEquals("a client's certificate names no servers, and this names [w1][][]", named.refusalToJoin("w1"));
        assertFalse(master.refusalToJoin("w1").isEmpty());
    }

    @Test
    void refusesWhatIsNoRequest() throws Exception {
        var object = object(KubeletRequest.SERVING, "system:node:w1", "CN=system:node:w1");
        if (object.path("spec") instanceof ObjectNode spec) {
            spec.put("request", "bm8gUEVN");
        }

        assertThrows(IllegalArgumentException.class, () -> KubeletRequest.of(object));
    }
}
