package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.BundleMounts;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleVerifier;
import dev.garboard.kubernetes.document.KubernetesBundle;
import dev.garboard.trust.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code KubernetesBundle}: fetches the bundle from the boot server, believes it only for the signature of the release key
 * that is in this node's image, and mounts it read-only.
 */
final class BundleApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.bundle");
    private static final String SERVICE = "bundle";
    private static final String ARCHITECTURE = "amd64";
    private static final int LARGEST_SIGNATURE = 1 << 16;

    private final ServiceTable services;
    private final BundleShelf shelf;
    private final Path releaseCertificate;
    private @Nullable Service service;

    BundleApplier(ServiceTable services, BundleShelf shelf, Path releaseCertificate) {
        this.services = services;
        this.shelf = shelf;
        this.releaseCertificate = releaseCertificate;
    }

    @Override
    public String kind() {
        return KubernetesBundle.KIND;
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
                shelf.use(fetchAndMount(document));
            } catch (Exception failed) {
                status.failed(String.valueOf(failed.getMessage()));
                throw failed;
            }
        }
        status.running();
    }

    private MountedBundle fetchAndMount(KubernetesBundle document) throws IOException, InterruptedException {
        var verifier = new BundleVerifier(Pem.readCertificate(releaseCertificate));
        Files.createDirectories(NodePaths.BUNDLE_FILES);
        try (var download = new BundleDownload()) {
            var manifest = manifest(document, verifier, download);
            Path file = image(document, manifest, download);
            Path target = NodePaths.BUNDLES.resolve(manifest.name());
            BundleMounts.mount(file, target, manifest.rootHash(), manifest.verityOffset());
            pointTo(target);
            LOG.info("{} is mounted at {}", manifest.name(), target);
            return new MountedBundle(manifest.name(), manifest.kubernetes(), target);
        }
    }

    private static void pointTo(Path target) throws IOException {
        Path next = NodePaths.RUN.resolve("bundle.next");
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, NodePaths.RUN.relativize(target));
        Files.move(next, NodePaths.BUNDLE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static BundleManifest manifest(KubernetesBundle document, BundleVerifier verifier, BundleDownload download)
            throws IOException, InterruptedException {
        byte[] text = download.small(under(document, "manifest.json"), BundleVerifier.LARGEST_MANIFEST);
        byte[] signature = download.small(under(document, "manifest.json.p7s"), LARGEST_SIGNATURE);
        String found = sha256(text);
        if (!found.equals(document.manifestSha256())) {
            throw new IOException("the manifest of " + document.bundle() + " has the SHA-256 " + found + ", expected "
                    + document.manifestSha256() + "; has the bundle been replaced on the server?");
        }
        var manifest = verifier.manifest(text, signature);
        if (!manifest.name().equals(document.bundle()) || !manifest.kubernetes().equals(document.version())) {
            throw new IOException("the manifest is of " + manifest.name() + " with Kubernetes " + manifest.version()
                    + ", expected " + document.bundle() + " with " + document.version());
        }
        if (!manifest.architecture().equals(ARCHITECTURE)) {
            throw new BundleRefusedException(
                    BundleRefusedException.Reason.WRONG_ARCHITECTURE,
                    manifest.name() + " is for " + manifest.architecture() + ", this node is " + ARCHITECTURE
                            + "; import the bundle for " + ARCHITECTURE);
        }
        return manifest;
    }

    /** The verified file; fetched, unless a disk has kept it. */
    private static Path image(KubernetesBundle document, BundleManifest manifest, BundleDownload download)
            throws IOException, InterruptedException {
        String digest = manifest.image().sha256();
        Path file = NodePaths.BUNDLE_FILES.resolve(digest);
        if (Files.exists(file)) {
            try {
                BundleVerifier.image(file, manifest);
                return file;
            } catch (BundleRefusedException damaged) {
                LOG.warn("the kept file is not used: {}", damaged.getMessage());
                BundleDownload.forget(file);
            }
        }
        Path part = NodePaths.BUNDLE_FILES.resolve(digest + ".part");
        long begin = System.nanoTime();
        download.large(under(document, digest), part, manifest.image().size());
        try {
            BundleVerifier.image(part, manifest);
        } catch (BundleRefusedException tampered) {
            BundleDownload.forget(part);
            throw tampered;
        }
        LOG.info(
                "{} fetched and verified, {} bytes in {} ms",
                manifest.name(),
                manifest.image().size(),
                (System.nanoTime() - begin) / 1_000_000);
        return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static URI under(KubernetesBundle document, String name) {
        return URI.create(document.url() + "/" + name);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    /** Former bundles go when nothing executes their programs any more. */
    @Override
    public void settle() {
        String keep = shelf.current().map(MountedBundle::name).orElse("");
        unmountAllBut(keep);
    }

    private static void unmountAllBut(String keep) {
        try (Stream<Path> mounted = Files.exists(NodePaths.BUNDLES) ? Files.list(NodePaths.BUNDLES) : Stream.empty()) {
            mounted.filter(path -> !path.getFileName().toString().equals(keep)).forEach(path -> {
                if (BundleMounts.unmountUnlessBusy(path)) {
                    LOG.info("{} is not used any more", path.getFileName());
                }
            });
        } catch (IOException unreadable) {
            LOG.warn("{}: {}", NodePaths.BUNDLES, unreadable.getMessage());
        }
    }

    @Override
    public void remove(String name) throws IOException {
        shelf.use(null);
        Files.deleteIfExists(NodePaths.BUNDLE);
        unmountAllBut("");
        if (service != null) {
            services.remove(service);
            service = null;
        }
    }
}
