package dev.garboard.server;

import dev.garboard.fleet.cluster.Bundle;
import dev.garboard.fleet.cluster.Bundles;
import dev.garboard.image.BundleStore;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bundles of the store, as nodes fetch them from the boot HTTP server. */
final class ImportedBundles implements Bundles {

    private static final Logger log = LoggerFactory.getLogger(ImportedBundles.class);

    /** The only one that nodes have so far. */
    private static final String ARCHITECTURE = "amd64";

    private final BundleStore store;
    private final String base;
    /** A bundle never changes once it is there, and each reading checks its signature anew. */
    private final Map<String, Bundle> read = new ConcurrentHashMap<>();

    private volatile String trouble = "";

    /**
     * Those of a store.
     *
     * @param base of the boot HTTP server's URLs, without a slash at the end
     */
    ImportedBundles(BundleStore store, String base) {
        this.store = store;
        this.base = base;
    }

    @Override
    public Optional<Bundle> ofVersion(KubernetesVersion version) {
        return readable(() -> store.newest(version.toString(), ARCHITECTURE)).map(this::bundle);
    }

    @Override
    public Optional<Bundle> named(String name) {
        return Optional.ofNullable(read.get(name))
                .or(() -> readable(() -> store.find(name)).map(this::bundle));
    }

    private Bundle bundle(BundleStore.Imported imported) {
        return read.computeIfAbsent(
                imported.manifest().name(),
                name -> new Bundle(
                        name,
                        KubernetesVersion.parse(imported.manifest().version()),
                        URI.create(base + "/bundles/" + name),
                        imported.manifestSha256(),
                        imported.manifest().image().size()));
    }

    @Override
    public String trouble() {
        return trouble;
    }

    /** A damaged bundle is none to a cluster, which says so. */
    private Optional<BundleStore.Imported> readable(Supplier<Optional<BundleStore.Imported>> reading) {
        try {
            var found = reading.get();
            trouble = "";
            return found;
        } catch (BundleRefusedException | UncheckedIOException damaged) {
            trouble = String.valueOf(damaged.getMessage());
            log.atWarn().setCause(damaged).log("the bundle store cannot be read");
            return Optional.empty();
        }
    }
}
