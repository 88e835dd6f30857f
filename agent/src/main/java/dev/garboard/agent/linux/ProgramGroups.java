package dev.garboard.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of the programs that the agent runs: all below one, beside those that the kubelet makes for pods at the root, so that
 * neither counts what the other does.
 */
public final class ProgramGroups {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.cgroups");
    private static final String PARENT = "garboard";

    /** Of version 1; the kubelet refuses to look at itself when it is not in the same group of the first two. */
    private static final List<String> HIERARCHIES = List.of("memory", "cpu", "cpuacct", "pids");

    /** Of version 2. */
    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");

    private final @Nullable Path root;

    private ProgramGroups(@Nullable Path root) {
        this.root = root;
    }

    /** Those of the node: only its process 1 may lay them out. */
    public static ProgramGroups ofNode() {
        return new ProgramGroups(Path.of("/sys/fs/cgroup"));
    }

    /** Programs stay in the group of this process. */
    public static ProgramGroups none() {
        return new ProgramGroups(null);
    }

    /** Below another mount point. */
    static ProgramGroups below(Path root) {
        return new ProgramGroups(root);
    }

    /** The group of that name, made if it is not there; empty where programs get none. */
    public Optional<Cgroup> group(String name) {
        if (root == null) {
            return Optional.empty();
        }
        try {
            List<Path> directories = Files.exists(root.resolve("cgroup.controllers"))
                    ? List.of(unified(root, name))
                    : oneInEach(root, name);
            return directories.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Cgroup("/" + PARENT + "/" + name, directories));
        } catch (IOException refused) {
            // The program itself does not need it.
            LOG.warn("{} gets no control group of its own: {}", name, refused.getMessage());
            return Optional.empty();
        }
    }

    private static Path unified(Path root, String name) throws IOException {
        Path parent = root.resolve(PARENT);
        for (Path each : List.of(root, parent)) {
            Files.createDirectories(each);
            for (String controller : CONTROLLERS) {
                try {
                    Files.writeString(each.resolve("cgroup.subtree_control"), "+" + controller);
                } catch (IOException refused) {
                    // A kernel may keep one to its root; the others are worth having all the same.
                    LOG.debug("{} is not handed on by {}: {}", controller, each, refused.getMessage());
                }
            }
        }
        return Files.createDirectories(parent.resolve(name));
    }

    private static List<Path> oneInEach(Path root, String name) throws IOException {
        var directories = new ArrayList<Path>();
        for (String hierarchy : HIERARCHIES) {
            Path mounted = root.resolve(hierarchy);
            if (Files.isDirectory(mounted)) {
                // Several names may lead to one hierarchy.
                Path group = mounted.toRealPath().resolve(PARENT).resolve(name);
                if (!directories.contains(group)) {
                    directories.add(Files.createDirectories(group));
                }
            }
        }
        return directories;
    }
}
