package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control groups of this node, as far as the agent touches them itself. */
public final class Cgroups {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.cgroups");
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private Cgroups() {}

    /** Whether this host has version 2 with controllers; otherwise each controller has a hierarchy of its own. */
    public static boolean isVersion2() {
        return Files.exists(ROOT.resolve("cgroup.controllers"));
    }

    /** Version 2: gives the groups below the root every controller that the kernel has. */
    public static void delegateControllers() throws IOException {
        if (!isVersion2()) {
            return;
        }
        String all = Files.readString(ROOT.resolve("cgroup.controllers")).strip();
        for (String controller : all.isEmpty() ? new String[0] : all.split(" ", -1)) {
            try {
                Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+" + controller);
            } catch (IOException refused) {
                LOG.warn("the cgroup controller {} is not delegated: {}", controller, refused.getMessage());
            }
        }
    }
}
