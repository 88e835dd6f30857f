package dev.garboard.agent.kubernetes;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bundle that is in use; filled by the {@code KubernetesBundle} document, asked by all others. */
public final class BundleShelf {

    private volatile @Nullable MountedBundle current;

    /** The bundle, if there is one. */
    public Optional<MountedBundle> current() {
        return Optional.ofNullable(current);
    }

    /**
     * The bundle.
     *
     * @throws DocumentPendingException when there is none yet
     */
    public MountedBundle require() {
        return current().orElseThrow(() -> new DocumentPendingException("waits for a KubernetesBundle"));
    }

    void use(@Nullable MountedBundle bundle) {
        current = bundle;
    }
}
