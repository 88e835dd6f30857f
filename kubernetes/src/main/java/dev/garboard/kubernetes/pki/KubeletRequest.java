package dev.garboard.kubernetes.pki;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A kubelet's request for a certificate, as it lies in a CertificateSigningRequest.
 *
 * @param name of the object
 * @param username who asks, as the API server authenticated it
 * @param dnsNames and addresses that the certificate is to be valid for
 * @param others names of other types; there should be none
 */
public record KubeletRequest(
        String name,
        String signer,
        String username,
        Set<String> groups,
        Set<String> usages,
        String commonName,
        List<String> organizations,
        List<String> dnsNames,
        List<String> addresses,
        List<String> others) {

    /** Signs what a kubelet shows to those who call it. */
    public static final String SERVING = "kubernetes.io/kubelet-serving";

    /** Signs what a kubelet shows to the API server. */
    public static final String CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";

    /** The group of all nodes. */
    public static final String NODES = "system:nodes";

    private static final String NODE = "system:node:";
    private static final String BOOTSTRAP = "system:bootstrap:";
    private static final Set<String> SERVING_USAGES = Set.of("digital signature", "key encipherment", "server auth");
    private static final Set<String> CLIENT_USAGES = Set.of("digital signature", "key encipherment", "client auth");

    public KubeletRequest {
        groups = Set.copyOf(groups);
        usages = Set.copyOf(usages);
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        others = List.copyOf(others);
    }

    /**
     * Reads a CertificateSigningRequest.
     *
     * @throws IllegalArgumentException when the request in it is malformed
     */
    public static KubeletRequest of(JsonNode object) {
        var spec = object.path("spec");
        var request = request(spec.path("request").asString(""));
        var subject = request.getSubject();
        var dnsNames = new ArrayList<String>();
        var addresses = new ArrayList<String>();
        var others = new ArrayList<String>();
        for (var general : alternatives(request)) {
            switch (general.getTagNo()) {
                case GeneralName.dNSName -> dnsNames.add(general.getName().toString());
                case GeneralName.iPAddress -> addresses.add(address(general));
                default -> others.add(general.toString());
            }
        }
        var commonNames = values(subject, true);
        return new KubeletRequest(
                object.path("metadata").path("name").asString(""),
                spec.path("signerName").asString(""),
                spec.path("username").asString(""),
                texts(spec.path("groups")),
                texts(spec.path("usages")),
                commonNames.size() == 1 ? commonNames.getFirst() : "",
                values(subject, false),
                dnsNames,
                addresses,
                others);
    }

    /** The node that the certificate would be for; null when it is for none. */
    public @Nullable String node() {
        return commonName.startsWith(NODE) ? commonName.substring(NODE.length()) : null;
    }

    /** The id of the bootstrap token that the request was made with; null when it was made otherwise. */
    public @Nullable String tokenId() {
        return username.startsWith(BOOTSTRAP) ? username.substring(BOOTSTRAP.length()) : null;
    }

    /**
     * Why a serving certificate must not be issued for this; empty when nothing speaks against it.
     *
     * @param address of the machine with the node's name; null when there is none in the cluster
     */
    public String refusalToServe(@Nullable String address) {
        if (address == null) {
            return "there is no node " + node() + " in the cluster";
        }
        var own = String.valueOf(node());
        if (!username.equals(commonName) || !groups.contains(NODES) || !organizations.equals(List.of(NODES))) {
            return username + " asks for a certificate of " + commonName + " in " + organizations
                    + "; a kubelet may ask for its own only";
        }
        if (!SERVING_USAGES.containsAll(usages) || !usages.contains("server auth")) {
            return "the usages are " + new TreeSet<>(usages) + ", expected those of a server";
        }
        if (!List.of(own).containsAll(dnsNames) || !List.of(address).containsAll(addresses) || !others.isEmpty()) {
            return "the names are " + dnsNames + addresses + others + ", and the machine " + own + " has the address "
                    + address;
        }
        return dnsNames.isEmpty() && addresses.isEmpty() ? "it names nothing that the certificate is for" : "";
    }

    /**
     * Why a client certificate must not be issued to a kubelet that joins; empty when nothing speaks against it.
     *
     * @param machine that the token was made for; null when that is not known
     */
    public String refusalToJoin(@Nullable String machine) {
        if (machine == null) {
            return "the token of " + username + " was not made for a machine, or is spent";
        }
        if (!machine.equals(node()) || !organizations.equals(List.of(NODES))) {
            return "the token is for the machine " + machine + ", and the certificate would be for " + commonName
                    + " in " + organizations;
        }
        if (!CLIENT_USAGES.containsAll(usages) || !usages.contains("client auth")) {
            return "the usages are " + new TreeSet<>(usages) + ", expected those of a client";
        }
        return dnsNames.isEmpty() && addresses.isEmpty() && others.isEmpty()
                ? ""
                : "a client's certificate names no servers, and this names " + dnsNames + addresses + others;
    }

    private static PKCS10CertificationRequest request(String base64) {
        try (var pem = new PemReader(
                new StringReader(new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII)))) {
            var content = pem.readPemObject();
            if (content == null) {
                throw new IllegalArgumentException("spec.request holds no PEM");
            }
            return new PKCS10CertificationRequest(content.getContent());
        } catch (IOException malformed) {
            throw new IllegalArgumentException("spec.request: " + malformed.getMessage(), malformed);
        }
    }

    private static List<GeneralName> alternatives(PKCS10CertificationRequest request) {
        var names = new ArrayList<GeneralName>();
        for (var attribute : request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            for (var value : attribute.getAttributeValues()) {
                var alternatives =
                        GeneralNames.fromExtensions(Extensions.getInstance(value), Extension.subjectAlternativeName);
                if (alternatives != null) {
                    names.addAll(List.of(alternatives.getNames()));
                }
            }
        }
        return names;
    }

    private static String address(GeneralName general) {
        try {
            return InetAddress.getByAddress(
                            ASN1OctetString.getInstance(general.getName()).getOctets())
                    .getHostAddress();
        } catch (IOException malformed) {
            throw new IllegalArgumentException("an address in spec.request: " + malformed.getMessage(), malformed);
        }
    }

    private static List<String> values(X500Name subject, boolean commonNames) {
        var values = new ArrayList<String>();
        for (var part : subject.getRDNs(commonNames ? BCStyle.CN : BCStyle.O)) {
            for (var typed : part.getTypesAndValues()) {
                values.add(typed.getValue().toString());
            }
        }
        return values;
    }

    private static Set<String> texts(JsonNode array) {
        var texts = new TreeSet<String>();
        array.forEach(text -> texts.add(text.asString("")));
        return texts;
    }
}
