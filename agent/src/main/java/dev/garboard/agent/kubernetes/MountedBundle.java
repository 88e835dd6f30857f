package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.KubernetesVersion;
import java.nio.file.Path;
import java.util.List;

/** A bundle whose programs can be executed. */
public record MountedBundle(String name, KubernetesVersion version, Path path) {

    /** Repository of the small image that is in every bundle. */
    private static final String BASE_IMAGE = "garboard.dev/base";

    /** The path of one of its programs. */
    public Path program(String program) {
        return path.resolve("bin").resolve(program);
    }

    /** The image in which static pods and pause containers run: directories to mount things on. */
    public String image() {
        return BASE_IMAGE + ":" + version;
    }

    /** The same image under the name that workloads of the cluster use, whatever version a node has. */
    static String currentImage() {
        return BASE_IMAGE + ":current";
    }

    /** The environment of the programs: their own first, then those of the node's image (mount, umount, nft). */
    public List<String> environment() {
        return List.of("PATH=" + path.resolve("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/run");
    }
}
