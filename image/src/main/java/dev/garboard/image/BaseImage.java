package dev.garboard.image;

import java.util.List;
import java.util.Map;

/**
 * The one container image of a bundle, as an OCI archive: a place to mount programs on. Its entry point is the pause program, and
 * nothing else in it runs; static pods, kube-proxy and CoreDNS execute what they mount from the bundle. The links make
 * programs find their libraries when the host's {@code /usr} is mounted.
 */
final class BaseImage {

    static final String REPOSITORY = "garboard.dev/base";

    private static final List<String> DIRECTORIES = List.of(
            "dev",
            "etc",
            "opt",
            "proc",
            "root",
            "run",
            "sys",
            "usr",
            "usr/bin",
            "usr/lib",
            "usr/lib64",
            "usr/sbin",
            "var",
            "var/lib",
            "var/log");

    private static final List<String> MERGED = List.of("bin", "lib", "lib64", "sbin");

    private BaseImage() {}

    /**
     * Makes the archive.
     *
     * @param tag of the image; never {@code latest}, which the kubelet would want to pull
     */
    static byte[] archive(byte[] pause, String architecture, String tag) {
        var layer = layer(pause);
        var config = Json.bytes(Map.of(
                "architecture",
                architecture,
                "os",
                "linux",
                "config",
                Map.of("Entrypoint", List.of("/pause"), "Env", List.of("PATH=/usr/sbin:/usr/bin")),
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of(digest(layer)))));
        var manifest = Json.bytes(Map.of(
                "schemaVersion",
                2,
                "mediaType",
                "application/vnd.oci.image.manifest.v1+json",
                "config",
                descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers",
                List.of(descriptor("application/vnd.oci.image.layer.v1.tar", layer))));
        var index = Json.bytes(Map.of(
                "schemaVersion",
                2,
                "mediaType",
                "application/vnd.oci.image.index.v1+json",
                "manifests",
                List.of(Map.of(
                        "mediaType",
                        "application/vnd.oci.image.manifest.v1+json",
                        "digest",
                        digest(manifest),
                        "size",
                        manifest.length,
                        "platform",
                        Map.of("architecture", architecture, "os", "linux"),
                        "annotations",
                        Map.of(
                                "io.containerd.image.name",
                                REPOSITORY + ":" + tag,
                                "org.opencontainers.image.ref.name",
                                tag)))));
        var archive = new TarArchive()
                .file("oci-layout", 0444, Json.bytes(Map.of("imageLayoutVersion", "1.0.0")))
                .file("index.json", 0444, index)
                .directory("blobs", 0755)
                .directory("blobs/sha256", 0755);
        for (var blob : List.of(config, manifest, layer)) {
            archive.file("blobs/sha256/" + Digest.of(blob), 0444, blob);
        }
        return archive.bytes();
    }

    private static byte[] layer(byte[] pause) {
        var layer = new TarArchive();
        DIRECTORIES.forEach(name -> layer.directory(name, 0755));
        layer.directory("tmp", 01777);
        layer.link("var/run", "../run");
        MERGED.forEach(name -> layer.link(name, "usr/" + name));
        return layer.file("pause", 0755, pause).bytes();
    }

    private static Map<String, Object> descriptor(String mediaType, byte[] content) {
        return Map.of("mediaType", mediaType, "digest", digest(content), "size", content.length);
    }

    private static String digest(byte[] content) {
        return "sha256:" + Digest.of(content);
    }
}
