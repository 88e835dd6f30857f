package dev.garboard.agent.kubernetes;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The bundle that is in use, filled by the {@code KubernetesBundle} document and asked by all others; and the one that will be next. */
public final class BundleShelf {

    private volatile @Nullable MountedBundle current;
    private volatile @Nullable MountedBundle staged;

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

    /** The one that is ready to be used next. */
    Optional<MountedBundle> staged() {
        return Optional.ofNullable(staged);
    }

    /** The names of those that must stay mounted. */
    Set<String> names() {
        return Stream.of(current(), staged())
                .flatMap(Optional::stream)
                .map(MountedBundle::name)
                .collect(Collectors.toSet());
    }

    void use(@Nullable MountedBundle bundle) {
        current = bundle;
    }

    void stage(@Nullable MountedBundle bundle) {
        staged = bundle;
    }
}
