package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.document.ContainerRuntime;

/** containerd's configuration file, version 3. */
final class ContainerdConfig {

    private ContainerdConfig() {}

    /**
     * The file's text.
     *
     * @param mayLowerOomScore whether this node may protect programs from the OOM killer (CAP_SYS_RESOURCE)
     * @param shims control group for the processes that stand between containerd and its containers and outlive it; empty: its own
     */
    static String text(ContainerRuntime document, MountedBundle bundle, boolean mayLowerOomScore, String shims) {
        String level = document.logLevel();
        return """
            version = 3
            root = "%s"
            state = "/run/containerd"

            [grpc]
              address = "%s"

            [debug]
              level = "%s"

            [plugins.'io.containerd.internal.v1.opt']
              path = "%s/opt"

            [plugins.'io.containerd.nri.v1.nri']
              disable = true

            [plugins.'io.containerd.cri.v1.images'.pinned_images]
              sandbox = "%s"

            [plugins.'io.containerd.cri.v1.images'.registry]
              config_path = "%s"

            [plugins.'io.containerd.cri.v1.runtime']
              enable_selinux = false
              restrict_oom_score_adj = %s

              [plugins.'io.containerd.cri.v1.runtime'.cni]
                bin_dirs = ["%s", "%s"]
                conf_dir = "%s"

              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
                runtime_type = "io.containerd.runc.v2"

                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                  BinaryName = "%s"
                  SystemdCgroup = false
                  ShimCgroup = "%s"
            """.formatted(
                        NodePaths.CONTAINERD,
                        NodePaths.CONTAINERD_SOCKET,
                        level == null ? "info" : level,
                        NodePaths.CONTAINERD,
                        bundle.image(),
                        NodePaths.REGISTRIES,
                        !mayLowerOomScore,
                        bundle.path().resolve("cni"),
                        NodePaths.CNI_PLUGINS,
                        NodePaths.CNI,
                        bundle.program("runc"),
                        shims);
    }
}
