package dev.garboard.kubernetes.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where objects lie in the API.
 *
 * @param apiVersion for example {@code apps/v1}
 * @param plural for example {@code deployments}
 * @param namespace null for what belongs to no namespace, and for a list over all of them
 */
public record ObjectPath(
        String apiVersion, String plural, @Nullable String namespace) {

    /** Kinds that lie outside of namespaces, and their plurals. */
    private static final Map<String, String> CLUSTER_WIDE = Map.of(
            "Namespace", "namespaces",
            "Node", "nodes",
            "PersistentVolume", "persistentvolumes",
            "ClusterRole", "clusterroles",
            "ClusterRoleBinding", "clusterrolebindings",
            "CertificateSigningRequest", "certificatesigningrequests",
            "PriorityClass", "priorityclasses",
            "StorageClass", "storageclasses",
            "CustomResourceDefinition", "customresourcedefinitions",
            "RuntimeClass", "runtimeclasses");

    /** Objects of a namespace. */
    public static ObjectPath in(String namespace, String apiVersion, String plural) {
        return new ObjectPath(apiVersion, plural, namespace);
    }

    /** Objects outside of namespaces, or those of all namespaces. */
    public static ObjectPath all(String apiVersion, String plural) {
        return new ObjectPath(apiVersion, plural, null);
    }

    /** Where an object lies, by its {@code apiVersion}, {@code kind} and {@code metadata}. */
    public static ObjectPath of(JsonNode object) {
        var kind = object.path("kind").stringValue();
        var version = object.path("apiVersion").stringValue();
        var clusterWide = CLUSTER_WIDE.get(kind);
        if (clusterWide != null) {
            return all(version, clusterWide);
        }
        return in(object.path("metadata").path("namespace").asString("default"), version, plural(kind));
    }

    private static String plural(String kind) {
        var small = kind.toLowerCase(Locale.ROOT);
        if (small.endsWith("y")) {
            return small.substring(0, small.length() - 1) + "ies";
        }
        return small.endsWith("s") ? small + (small.endsWith("ss") ? "es" : "") : small + "s";
    }

    String text() {
        var root = apiVersion.contains("/") ? "/apis/" : "/api/";
        return root + apiVersion + (namespace == null ? "" : "/namespaces/" + encoded(namespace)) + "/" + plural;
    }

    String text(String name) {
        return text() + "/" + encoded(name);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
