package dev.garboard.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Lays out the root file system of a node: the runtime, the agent, the C library, the few programs that Kubernetes calls,
 * kernel modules for containers, a few files in /etc. Nothing else.
 */
final class RootTree {

    static final String AOT_CACHE = "app/agent.aot";
    static final String ARGUMENTS = "etc/java.args";
    static final String IMAGE = "etc/garboard/image.json";
    private static final String LIBRARY_DIRECTORY = "usr/lib/x86_64-linux-gnu";
    private static final String NATIVE_ACCESS = "com/sun/jna/linux-x86-64/libjnidispatch.so";

    private static final List<String> DIRECTORIES = List.of(
            "proc",
            "sys",
            "dev",
            "run",
            "mnt",
            "tmp",
            "var",
            "usr/bin",
            "usr/sbin",
            "usr/lib64",
            LIBRARY_DIRECTORY,
            "app/lib",
            "etc/garboard");

    /** As Debian has them: a pod that mounts /usr of the node finds program, loader and libraries in it. */
    private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64");

    /** Where everybody's pod networks put plugins and configuration, and where the agent has made room for that. */
    private static final Map<String, String> POD_NETWORKS =
            Map.of("opt/cni/bin", "/var/lib/cni/bin", "etc/cni/net.d", "/run/garboard/kubernetes/cni");

    /** The C library's files: those that the runtime links, and those that it opens by name. */
    private static final List<String> LIBRARIES = List.of(
            "libc.so.6",
            "libm.so.6",
            "libdl.so.2",
            "libpthread.so.0",
            "librt.so.1",
            "libresolv.so.2",
            "libnss_files.so.2",
            "libnss_dns.so.2",
            "libgcc_s.so.1");

    private static final String LOADER = "ld-linux-x86-64.so.2";

    private final Path root;
    private final long epoch;

    RootTree(Path root, long epoch) {
        this.root = root;
        this.epoch = epoch;
    }

    Path root() {
        return root;
    }

    /** Fills the tree, everything but the AOT cache; gives the digest of all that is in it so far. */
    String fill(Path runtime, AgentDistribution agent, Path packages, KernelModules kernel, Platform platform)
            throws IOException {
        Trees.delete(root);
        for (var directory : DIRECTORIES) {
            Files.createDirectories(root.resolve(directory));
        }
        for (var name : MERGED) {
            Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
        }
        for (var link : POD_NETWORKS.entrySet()) {
            Files.createDirectories(root.resolve(link.getKey()).getParent());
            Files.createSymbolicLink(root.resolve(link.getKey()), Path.of(link.getValue()));
        }
        Files.move(runtime, root.resolve("jre"));
        addAgent(agent);
        addLibraries(packages);
        new NodePrograms(packages).addTo(root, root.resolve(LIBRARY_DIRECTORY));
        addModules(kernel);
        addConfiguration(platform);
        Trees.normalise(root, epoch);
        return Trees.digest(root);
    }

    /** Says in the tree which image it is, so that the agent can tell. */
    void label(String name, String version, String buildId, Platform platform) throws IOException {
        Files.write(
                root.resolve(IMAGE),
                Json.bytes(
                        Map.of("name", name, "version", version, "buildId", buildId, "platform", platform.toString())));
        Trees.normalise(root, epoch);
    }

    private void addAgent(AgentDistribution agent) throws IOException {
        boolean nativeAccess = false;
        for (var jar : agent.jars()) {
            JarCopy.copy(jar, root.resolve("app/lib").resolve(jar.getFileName()), FileTime.fromMillis(epoch * 1000));
            if (jar.getFileName().toString().startsWith("jna-")) {
                nativeAccess = JarCopy.extract(jar, NATIVE_ACCESS, root.resolve("usr/lib/libjnidispatch.so"));
            }
        }
        if (!nativeAccess) {
            throw new ImageException(agent.directory() + "/lib has no jna jar with " + NATIVE_ACCESS
                    + "; the agent cannot run without it");
        }
        Files.copy(agent.arguments(), root.resolve(ARGUMENTS));
    }

    private void addLibraries(Path packages) throws IOException {
        for (var name : LIBRARIES) {
            Files.copy(find(packages, name), root.resolve(LIBRARY_DIRECTORY).resolve(name));
        }
        var loader = root.resolve("usr/lib64").resolve(LOADER);
        Files.copy(find(packages, LOADER), loader);
        loader.toFile().setExecutable(true);
    }

    /** Debian 13 moved everything below /usr; the names stayed. */
    private static Path find(Path packages, String name) throws IOException {
        try (Stream<Path> all = Files.walk(packages)) {
            return all.filter(path -> path.getFileName().toString().equals(name))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> new ImageException("libc6 and libgcc-s1 have no file " + name));
        }
    }

    /** Where the agent looks for them: under the release of the kernel that they are for. */
    private void addModules(KernelModules kernel) throws IOException {
        var directory = root.resolve("usr/lib/modules").resolve(kernel.release());
        Files.createDirectories(directory);
        addModules(directory, "order", kernel, Platform.CONTAINER_MODULES);
        addModules(directory, "order.disks", kernel, Platform.DISK_MODULES);
    }

    private static void addModules(Path directory, String list, KernelModules kernel, List<String> wanted)
            throws IOException {
        var order = new StringBuilder();
        for (var module : kernel.select(List.of(), wanted).modules()) {
            Files.write(directory.resolve(module.fileName()), module.content());
            order.append(module.fileName()).append('\n');
        }
        Files.writeString(directory.resolve(list), order);
    }

    private void addConfiguration(Platform platform) throws IOException {
        text("etc/passwd", "root:x:0:0:root:/:/nonexistent\n");
        text("etc/group", "root:x:0:\n");
        text("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
        text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        text("etc/os-release", "ID=garboard\nNAME=\"Garboard node\"\nPRETTY_NAME=\"Garboard node\"\n");
        Files.createSymbolicLink(root.resolve("etc/resolv.conf"), Path.of("/run/resolv.conf"));
        if (platform.faultsCanBeInjected()) {
            text("etc/garboard/fault-injection", "This image is for a laboratory: faults can be injected.\n");
        }
    }

    private void text(String name, String content) throws IOException {
        Files.write(root.resolve(name), content.getBytes(StandardCharsets.UTF_8));
    }
}
