package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.KubernetesVersion;
import java.util.Optional;

/** The Kubernetes bundles that were imported. */
public interface Bundles {

    /** The bundle that new clusters of that version use. */
    Optional<Bundle> ofVersion(KubernetesVersion version);

    /** The bundle of that name. */
    Optional<Bundle> named(String name);

    /** Why a bundle that was asked for last could not be read; empty when it could, or is not there. */
    default String trouble() {
        return "";
    }
}
