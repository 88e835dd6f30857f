package dev.garboard.image;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which versions go together in a bundle. */
final class BundleVersions {

    /** Older ones answer a consistent list from the API server's cache wrongly. */
    private static final String OLDEST_ETCD = "3.5.13";
    /** The first with the CRI that Kubernetes 1.36 and later ask for. */
    private static final String OLDEST_CONTAINERD = "2.0.0";

    private BundleVersions() {}

    /**
     * Checks the versions and gives that of Kubernetes.
     *
     * @throws BundleRefusedException that names the programs, their versions and what was expected
     */
    static KubernetesVersion check(Map<BundleProgram, String> versions) {
        var kubernetes = kubernetes(versions);
        atLeast(BundleProgram.ETCD, OLDEST_ETCD, versions, kubernetes);
        same(BundleProgram.ETCD, BundleProgram.ETCDUTL, versions);
        for (var program :
                new BundleProgram[] {BundleProgram.CONTAINERD, BundleProgram.CONTAINERD_SHIM, BundleProgram.CTR}) {
            atLeast(program, OLDEST_CONTAINERD, versions, kubernetes);
            same(BundleProgram.CONTAINERD, program, versions);
        }
        return kubernetes;
    }

    private static KubernetesVersion kubernetes(Map<BundleProgram, String> versions) {
        var found = new TreeMap<String, String>();
        versions.forEach((program, version) -> {
            if (program.isKubernetes()) {
                found.merge(version, program.program(), (some, another) -> some + ", " + another);
            }
        });
        if (found.size() != 1) {
            throw refused("the components are of different versions of Kubernetes: "
                    + found.entrySet().stream()
                            .map(entry -> entry.getValue() + " " + entry.getKey())
                            .collect(Collectors.joining("; "))
                    + "; expected one release for all of them");
        }
        try {
            return KubernetesVersion.parse(found.firstKey());
        } catch (IllegalArgumentException unsupported) {
            throw new BundleRefusedException(
                    Reason.UNSUPPORTED_VERSION, String.valueOf(unsupported.getMessage()), unsupported);
        }
    }

    private static void atLeast(
            BundleProgram program, String oldest, Map<BundleProgram, String> versions, KubernetesVersion kubernetes) {
        var version = version(program, versions);
        if (Arrays.compare(numbers(version), numbers(oldest)) < 0) {
            throw refused(program.program() + " is " + version + "; Kubernetes " + kubernetes + " needs " + oldest
                    + " or newer");
        }
    }

    private static void same(BundleProgram first, BundleProgram second, Map<BundleProgram, String> versions) {
        if (!version(first, versions).equals(version(second, versions))) {
            throw refused(first.program() + " is " + version(first, versions) + " and " + second.program() + " is "
                    + version(second, versions) + "; take both from the same release");
        }
    }

    private static String version(BundleProgram program, Map<BundleProgram, String> versions) {
        var version = versions.get(program);
        if (version == null) {
            throw new IllegalStateException("the version of " + program.program() + " was not read");
        }
        return version;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
    }

    private static BundleRefusedException refused(String message) {
        return new BundleRefusedException(Reason.UNSUPPORTED_VERSION, message);
    }
}
