package dev.garboard.kubernetes.pki;

import dev.garboard.trust.Authority;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TrustException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys that a cluster stands on, made once in its life: three authorities and the pair that signs the tokens of service accounts.
 *
 * @param kubernetes signs what API servers, kubelets and people show
 * @param etcd signs what members and clients of etcd show
 * @param frontProxy signs what the API server shows to extension API servers
 */
public record ClusterKeys(Authority kubernetes, Authority etcd, Authority frontProxy, KeyPair serviceAccounts) {

    private static final Duration VALIDITY = Duration.ofDays(10 * 365);

    /** Makes new keys for a cluster. */
    public static ClusterKeys create(String cluster, Instant now) {
        return new ClusterKeys(
                Authority.create(name(cluster, "Kubernetes CA"), VALIDITY, now),
                Authority.create(name(cluster, "etcd CA"), VALIDITY, now),
                Authority.create(name(cluster, "front proxy CA"), VALIDITY, now),
                KeyPairs.ecP256());
    }

    /** A certificate's name has at most 64 characters; a cluster's name may have 63 by itself. */
    private static String name(String cluster, String what) {
        var room = 64 - what.length() - 1;
        return (cluster.length() > room ? cluster.substring(0, room) : cluster) + " " + what;
    }

    /**
     * Reads the keys from PEM texts named as in {@link ClusterSecrets}.
     *
     * @throws TrustException when one is missing or unusable, or two do not belong together
     */
    public static ClusterKeys ofPem(Map<String, String> pem) {
        var publicKey = Pem.publicKey(
                text(pem, ClusterSecrets.SERVICE_ACCOUNT_PUBLIC_KEY), ClusterSecrets.SERVICE_ACCOUNT_PUBLIC_KEY);
        var privateKey = Pem.key(text(pem, ClusterSecrets.SERVICE_ACCOUNT_KEY), ClusterSecrets.SERVICE_ACCOUNT_KEY);
        if (!KeyPairs.belongTogether(privateKey, publicKey)) {
            throw new TrustException(ClusterSecrets.SERVICE_ACCOUNT_PUBLIC_KEY + " does not belong to "
                    + ClusterSecrets.SERVICE_ACCOUNT_KEY + "; use the two that were made together");
        }
        return new ClusterKeys(
                authority(pem, ClusterSecrets.KUBERNETES_CA_CERTIFICATE, ClusterSecrets.KUBERNETES_CA_KEY),
                etcdAuthority(pem),
                authority(pem, ClusterSecrets.FRONT_PROXY_CA_CERTIFICATE, ClusterSecrets.FRONT_PROXY_CA_KEY),
                new KeyPair(publicKey, privateKey));
    }

    /** Reads only the authority of etcd. */
    public static Authority etcdAuthority(Map<String, String> pem) {
        return authority(pem, ClusterSecrets.ETCD_CA_CERTIFICATE, ClusterSecrets.ETCD_CA_KEY);
    }

    /** All keys as PEM, named as in {@link ClusterSecrets}. */
    public Map<String, String> pem() {
        var pem = new TreeMap<String, String>();
        pem.put(ClusterSecrets.KUBERNETES_CA_CERTIFICATE, kubernetes.certificatePem());
        pem.put(ClusterSecrets.KUBERNETES_CA_KEY, kubernetes.keyPem());
        pem.put(ClusterSecrets.ETCD_CA_CERTIFICATE, etcd.certificatePem());
        pem.put(ClusterSecrets.ETCD_CA_KEY, etcd.keyPem());
        pem.put(ClusterSecrets.FRONT_PROXY_CA_CERTIFICATE, frontProxy.certificatePem());
        pem.put(ClusterSecrets.FRONT_PROXY_CA_KEY, frontProxy.keyPem());
        pem.put(ClusterSecrets.SERVICE_ACCOUNT_KEY, Pem.ofKey(serviceAccounts.getPrivate()));
        pem.put(ClusterSecrets.SERVICE_ACCOUNT_PUBLIC_KEY, Pem.ofPublicKey(serviceAccounts.getPublic()));
        return pem;
    }

    private static Authority authority(Map<String, String> pem, String certificate, String key) {
        return Authority.ofPem(text(pem, certificate), text(pem, key), certificate + " with " + key);
    }

    private static String text(Map<String, String> pem, String name) {
        var text = pem.get(name);
        if (text == null) {
            throw new TrustException("the secret " + name + " is missing");
        }
        return text;
    }

    /** Names the authorities, never a key. */
    @Override
    public String toString() {
        return "ClusterKeys[" + kubernetes + ", " + etcd + ", " + frontProxy + "]";
    }
}
