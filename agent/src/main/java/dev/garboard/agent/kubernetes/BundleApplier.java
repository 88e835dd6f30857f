package dev.garboard.agent.kubernetes;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.kubernetes.document.KubernetesBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code KubernetesBundle}: which bundle the node's programs are from. */
final class BundleApplier implements DocumentApplier {

    private static final String SERVICE = "bundle";

    private final ServiceTable services;
    private final BundleShelf shelf;
    private final BundleFetch fetch;
    private @Nullable Service service;

    BundleApplier(ServiceTable services, BundleShelf shelf, BundleFetch fetch) {
        this.services = services;
        this.shelf = shelf;
        this.fetch = fetch;
    }

    @Override
    public String kind() {
        return KubernetesBundle.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT_FOR_OTHERS;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var document = input.as(KubernetesBundle.class);
        Service status = service;
        if (status == null) {
            status = services.add(SERVICE, "The Kubernetes programs, verified and mounted");
            service = status;
        }
        var current = shelf.current();
        if (current.isEmpty() || !current.get().name().equals(document.bundle())) {
            status.starting("fetching " + document.bundle());
            try {
                var staged = shelf.staged().filter(bundle -> bundle.name().equals(document.bundle()));
                var next = staged.isPresent() ? staged.get() : fetch.mounted(document);
                pointTo(next.path());
                shelf.use(next);
            } catch (Exception failed) {
                status.failed(String.valueOf(failed.getMessage()));
                throw failed;
            }
        }
        status.running();
    }

    private static void pointTo(Path target) throws IOException {
        Path next = NodePaths.RUN.resolve("bundle.next");
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, NodePaths.RUN.relativize(target));
        Files.move(next, NodePaths.BUNDLE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Former bundles go when nothing executes their programs any more. */
    @Override
    public void settle() {
        BundleFetch.forgetAllBut(shelf.names());
    }

    /** Their files lie on the disk, which could not be unmounted otherwise. */
    @Override
    public void close() {
        BundleFetch.unmountAll();
    }

    @Override
    public void remove(String name) throws IOException {
        shelf.use(null);
        Files.deleteIfExists(NodePaths.BUNDLE);
        BundleFetch.forgetAllBut(Set.of());
        if (service != null) {
            services.remove(service);
            service = null;
        }
    }
}
