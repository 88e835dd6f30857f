package dev.garboard.kubernetes.document;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.nodeconfig.HttpUrl;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.Sha256;
import dev.garboard.nodeconfig.binding.Key;
import dev.garboard.nodeconfig.binding.Matches;
import java.net.URI;

/**
 * Which bundle of Kubernetes programs the node uses.
 *
 * @param bundle the bundle's name
 * @param version of the programs
 * @param url where its files lie, without a slash at the end
 * @param manifestSha256 of the bundle's manifest.json
 */
public record KubernetesBundle(
        @Key("name")
        @Matches(value = "[A-Za-z0-9][A-Za-z0-9._+-]{0,127}", expected = "a bundle's name of letters, digits and ._+-")
        String bundle,

        KubernetesVersion version,
        @HttpUrl URI url,
        @Sha256 String manifestSha256)
        implements NodeDocument {

    public static final String KIND = "KubernetesBundle";

    @Override
    public String kind() {
        return KIND;
    }
}
