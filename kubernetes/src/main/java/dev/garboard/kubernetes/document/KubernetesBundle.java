package dev.garboard.kubernetes.document;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.Forms;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.URI;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which bundle of Kubernetes programs the node uses.
 *
 * @param bundle the bundle's name
 * @param url where its files lie, without a slash at the end
 * @param manifestSha256 of the bundle's manifest.json
 */
public record KubernetesBundle(String bundle, KubernetesVersion version, URI url, String manifestSha256)
        implements NodeDocument {

    public static final String KIND = "KubernetesBundle";

    @Override
    public String kind() {
        return KIND;
    }

    static KubernetesBundle read(Fields spec) {
        return new KubernetesBundle(
                spec.value("name", Forms::bundleName),
                version(spec),
                spec.value("url", Forms::httpUrl),
                spec.value("manifestSha256", Forms::sha256));
    }

    private static KubernetesVersion version(Fields spec) {
        try {
            return KubernetesVersion.parse(spec.text("version"));
        } catch (IllegalArgumentException unsupported) {
            throw spec.refusal("version", '"' + spec.text("version") + '"', "another: " + unsupported.getMessage());
        }
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("name", bundle);
        spec.put("version", version.toString());
        spec.put("url", url.toString());
        spec.put("manifestSha256", manifestSha256);
    }
}
