package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The programs of Debian that the kubelet, kube-proxy and the agent call on a node, with the libraries they link. They mount volumes, write packet
 * filters, check and format a disk; none of them can start anything else.
 */
final class NodePrograms {

    /** Where they lie in the tree; in the packages the same, or without /usr. */
    static final Set<String> PATHS =
            Set.of("usr/bin/mount", "usr/bin/umount", "usr/sbin/nft", "usr/sbin/mke2fs", "usr/sbin/e2fsck");

    /** The packages that have them and their libraries. */
    static final List<String> PACKAGES = List.of(
            "mount",
            "libmount1",
            "libblkid1",
            "libsmartcols1",
            "libselinux1",
            "libpcre2-8-0",
            "nftables",
            "libnftables1",
            "libnftnl11",
            "libmnl0",
            "libgmp10",
            "libjansson4",
            "libxtables12",
            "libedit2",
            "libbsd0",
            "libmd0",
            "libtinfo6",
            "e2fsprogs",
            "libext2fs2",
            "libcom-err2",
            "libuuid1");

    private final Path packages;

    /**
     * Programs out of unpacked packages.
     *
     * @param packages where all of them were unpacked
     */
    NodePrograms(Path packages) {
        this.packages = packages;
    }

    /** Puts programs and libraries into a tree; libraries that are there already stay. */
    void addTo(Path root, Path libraries) throws IOException {
        var wanted = new ArrayDeque<String>();
        for (var name : PATHS.stream().sorted().toList()) {
            var source = program(name);
            var target = root.resolve(name);
            // Content only: Debian's mount would run as another user.
            Files.write(target, Files.readAllBytes(source));
            wanted.addAll(ElfFile.of(Files.readAllBytes(source)).neededLibraries());
        }
        var seen = new HashSet<String>();
        while (!wanted.isEmpty()) {
            var name = wanted.remove();
            if (!seen.add(name) || name.startsWith("ld-linux") || Files.exists(libraries.resolve(name))) {
                continue;
            }
            var content = Files.readAllBytes(library(name));
            Files.write(libraries.resolve(name), content);
            wanted.addAll(ElfFile.of(content).neededLibraries());
        }
    }

    private Path program(String name) {
        for (var path : List.of(name, name.substring("usr/".length()))) {
            var file = packages.resolve(path);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new ImageException("none of the packages has a file " + name);
    }

    /** Under the name by which others link it, which mostly is a link to the file. */
    private Path library(String name) throws IOException {
        try (Stream<Path> all = Files.walk(packages)) {
            return all.filter(path -> path.getFileName().toString().equals(name))
                    .filter(Files::isRegularFile)
                    .min(Comparator.naturalOrder())
                    .orElseThrow(() -> new ImageException("a program of the node needs the library " + name
                            + ", which none of these packages has: " + String.join(", ", PACKAGES)));
        }
    }
}
