package dev.garboard.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The programs of a Kubernetes bundle: what the import looks for, and where it puts it. */
enum BundleProgram {
    KUBE_APISERVER("kube-apiserver", Modules.KUBERNETES),
    KUBE_CONTROLLER_MANAGER("kube-controller-manager", Modules.KUBERNETES),
    KUBE_SCHEDULER("kube-scheduler", Modules.KUBERNETES),
    KUBE_PROXY("kube-proxy", Modules.KUBERNETES),
    KUBELET("kubelet", Modules.KUBERNETES),
    KUBECTL("kubectl", Modules.KUBERNETES),
    ETCD("etcd", "go.etcd.io/etcd/server"),
    ETCDUTL("etcdutl", "go.etcd.io/etcd/etcdutl"),
    CONTAINERD("containerd", Modules.CONTAINERD),
    CONTAINERD_SHIM("containerd-shim-runc-v2", Modules.CONTAINERD),
    CTR("ctr", Modules.CONTAINERD),
    RUNC("runc", "github.com/opencontainers/runc"),
    COREDNS("coredns", "github.com/coredns/coredns"),
    PAUSE("pause", ""),
    BRIDGE("bridge", Modules.CNI),
    HOST_LOCAL("host-local", Modules.CNI),
    LOOPBACK("loopback", Modules.CNI),
    PORTMAP("portmap", Modules.CNI),
    PTP("ptp", Modules.CNI);

    /** One program that is all of Kubernetes; the name it is called by says which component it is. */
    static final String MULTI_CALL = "kubernetes";

    private static final class Modules {
        private static final String KUBERNETES = "k8s.io/kubernetes";
        private static final String CONTAINERD = "github.com/containerd/containerd";
        private static final String CNI = "github.com/containernetworking/plugins";
    }

    private final String program;
    private final String module;

    BundleProgram(String program, String module) {
        this.program = program;
        this.module = module;
    }

    /** What it is called. */
    String program() {
        return program;
    }

    /** Where it lies in the image. */
    String path() {
        return (module.equals(Modules.CNI) ? "cni/" : "bin/") + program;
    }

    /** The Go module that it is compiled from, without a major version; empty when anybody's will do. */
    String module() {
        return module;
    }

    /** What makes it print its version and end. */
    List<String> versionArguments() {
        return switch (this) {
            case KUBECTL -> List.of("version", "--client");
            case ETCDUTL -> List.of("version");
            case CONTAINERD_SHIM -> List.of("-v");
            case COREDNS -> List.of("-version");
            default -> List.of("--version");
        };
    }

    boolean isKubernetes() {
        return module.equals(Modules.KUBERNETES);
    }

    static Optional<BundleProgram> named(String program) {
        return Arrays.stream(values())
                .filter(one -> one.program.equals(program))
                .findFirst();
    }
}
