package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.BundleMounts;
import dev.garboard.agent.linux.DurableFile;
import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleVerifier;
import dev.garboard.kubernetes.document.KubernetesBundle;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bundles onto the node: fetched from the boot server, believed only for the signature of the release key that is in this node's
 * image, mounted read-only.
 */
final class BundleFetch {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.bundle");
    private static final String ARCHITECTURE = "amd64";
    private static final int LARGEST_SIGNATURE = 1 << 16;

    private final Path releaseCertificate;

    BundleFetch(Path releaseCertificate) {
        this.releaseCertificate = releaseCertificate;
    }

    MountedBundle mounted(KubernetesBundle document) throws IOException, InterruptedException {
        var verifier = new BundleVerifier(Pem.readCertificate(releaseCertificate));
        Files.createDirectories(NodePaths.BUNDLE_FILES);
        try (var download = new BundleDownload()) {
            var manifest = manifest(document, verifier, download);
            Path file = image(document, manifest, download);
            Path target = NodePaths.BUNDLES.resolve(manifest.name());
            BundleMounts.mount(file, target, manifest.rootHash(), manifest.verityOffset());
            LOG.info("{} is mounted at {}", manifest.name(), target);
            return new MountedBundle(manifest.name(), manifest.kubernetes(), target);
        }
    }

    private static BundleManifest manifest(KubernetesBundle document, BundleVerifier verifier, BundleDownload download)
            throws IOException, InterruptedException {
        byte[] text = download.small(under(document, "manifest.json"), BundleVerifier.LARGEST_MANIFEST);
        byte[] signature = download.small(under(document, "manifest.json.p7s"), LARGEST_SIGNATURE);
        String found = Sha256.of(text);
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
                check(file, manifest);
                LOG.info("{} is there already, and not fetched again", manifest.name());
                return file;
            } catch (BundleRefusedException damaged) {
                LOG.warn("the kept file is not used: {}", damaged.getMessage());
                BundleDownload.forget(file);
            }
        }
        Path part = NodePaths.BUNDLE_FILES.resolve(digest + ".part");
        long begin = System.nanoTime();
        long have = Files.exists(part) ? Files.size(part) : 0;
        BundleRoom.require(manifest.image().size() - have, manifest.name());
        download.large(under(document, digest), part, manifest.image().size());
        long fetched = System.nanoTime();
        try {
            check(part, manifest);
        } catch (BundleRefusedException tampered) {
            BundleDownload.forget(part);
            throw tampered;
        }
        LOG.info(
                "{} fetched, {} bytes in {} ms, and checked in {} ms",
                manifest.name(),
                manifest.image().size() - have,
                (fetched - begin) / 1_000_000,
                (System.nanoTime() - fetched) / 1_000_000);
        // With the name of its digest it counts as whole after a start; so its blocks go to the disk before the name
        // does.
        DurableFile.sync(part);
        DurableFile.move(part, file);
        return file;
    }

    /** All of it, unless the kernel will check each block: a small machine needs longer for the whole than for what it ever reads. */
    private static void check(Path file, BundleManifest manifest) {
        if (BundleMounts.checksEveryBlock()) {
            BundleVerifier.size(file, manifest);
        } else {
            BundleVerifier.image(file, manifest);
        }
    }

    private static URI under(KubernetesBundle document, String name) {
        return URI.create(document.url() + "/" + name);
    }

    /**
     * What is wrong with mounted bundles, for people. The file of a damaged one is deleted: it is not what is read when the machine starts again.
     */
    static List<String> complaints() {
        var damaged = below(NodePaths.BUNDLES).stream()
                .filter(BundleMounts::isDamaged)
                .map(mounted -> mounted.getFileName().toString())
                .toList();
        for (Path file : damaged.isEmpty() ? List.<Path>of() : below(NodePaths.BUNDLE_FILES)) {
            if (isOfOne(file.getFileName().toString(), Set.copyOf(damaged))) {
                try {
                    BundleDownload.forget(file);
                    // Whoever reads of the damage may press the reset button, and the file must not be there again
                    // then.
                    DurableFile.sync(NodePaths.BUNDLE_FILES);
                } catch (IOException stays) {
                    LOG.warn("{}: {}", file, stays.getMessage());
                }
            }
        }
        return damaged.stream()
                .map(name -> "blocks of " + name
                        + " are not what was signed, because memory or disk is damaged or was tampered"
                        + " with, and its programs fail where they read them; restart the machine: it then fetches the"
                        + " bundle anew. If that happens again, replace its memory or disk")
                .toList();
    }

    /** Unmounts all whose programs have ended, and keeps their files: the node goes down. */
    static void unmountAll() {
        for (Path mounted : below(NodePaths.BUNDLES)) {
            if (!BundleMounts.unmountUnlessBusy(mounted)) {
                LOG.info("{} is still in use", mounted.getFileName());
            }
        }
    }

    /** Takes away all bundles but these, except those whose programs still run. */
    static void forgetAllBut(Set<String> names) {
        for (Path mounted : below(NodePaths.BUNDLES)) {
            if (!names.contains(mounted.getFileName().toString()) && BundleMounts.unmountUnlessBusy(mounted)) {
                LOG.info("{} is not used any more", mounted.getFileName());
            }
        }
        for (Path file : below(NodePaths.BUNDLE_FILES)) {
            if (!isOfOne(file.getFileName().toString(), names)) {
                try {
                    // What is mounted stays readable: the file goes with its last user.
                    BundleDownload.forget(file);
                } catch (IOException stays) {
                    LOG.warn("{}: {}", file, stays.getMessage());
                }
            }
        }
    }

    /** A bundle's name ends with the beginning of its file's name, which is the digest. */
    static boolean isOfOne(String file, Set<String> names) {
        return names.stream().anyMatch(name -> file.startsWith(name.substring(name.lastIndexOf('-') + 1)));
    }

    private static List<Path> below(Path directory) {
        try (Stream<Path> all = Files.exists(directory) ? Files.list(directory) : Stream.empty()) {
            return all.toList();
        } catch (IOException unreadable) {
            LOG.warn("{}: {}", directory, unreadable.getMessage());
            return List.of();
        }
    }
}
