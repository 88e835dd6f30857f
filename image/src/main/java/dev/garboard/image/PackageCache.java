package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds, fetches and unpacks the Debian packages of an image. A file of the cache counts only with its SHA-256. */
final class PackageCache {

    private static final List<String> LIBRARIES = List.of("libc6", "libgcc-s1");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path directory;
    private final Path logs;
    private final PrivateApt apt;

    PackageCache(Path directory, Path logs, PrivateApt apt) {
        this.directory = directory.toAbsolutePath();
        this.logs = logs;
        this.apt = apt;
    }

    /** The versions that the suite offers now; the first is the kernel. */
    List<DebianPackage> resolve(Platform platform) throws IOException {
        apt.update();
        var names = new ArrayList<String>();
        names.add(apt.kernelOf(platform.kernelPackage()));
        names.addAll(LIBRARIES);
        names.addAll(NodePrograms.PACKAGES);
        var required = List.copyOf(names);
        names.addAll(platform.firmwarePackages());
        var candidates = apt.candidates(names);
        for (var name : required) {
            if (!candidates.containsKey(name)) {
                throw new ImageException("the suite has no package " + name);
            }
        }
        return names.stream()
                .flatMap(name -> Stream.ofNullable(candidates.get(name)))
                .toList();
    }

    /**
     * Puts every package into the cache.
     *
     * @throws ImageException that lists all versions that the mirror has no more
     */
    void fetch(List<DebianPackage> packages) throws IOException {
        Files.createDirectories(directory);
        var gone = new ArrayList<String>();
        boolean updated = false;
        for (var wanted : packages) {
            if (isCached(wanted)) {
                continue;
            }
            if (!updated) {
                apt.update();
                updated = true;
            }
            if (!download(wanted)) {
                gone.add(wanted.toString());
            }
        }
        if (!gone.isEmpty()) {
            throw new ImageException("the mirror has these versions no more, and they are not in the cache " + directory
                    + ": " + String.join(", ", gone) + "; build without --locked to take the versions of today");
        }
    }

    private boolean isCached(DebianPackage wanted) throws IOException {
        var file = file(wanted);
        return Files.exists(file) && Digest.of(file).equals(wanted.sha256());
    }

    private boolean download(DebianPackage wanted) throws IOException {
        var incoming = directory.resolve("incoming");
        if (!apt.download(wanted, incoming)) {
            return false;
        }
        var arrived = incoming.resolve(wanted.fileName());
        var found = Digest.of(arrived);
        if (!found.equals(wanted.sha256())) {
            throw new ImageException(wanted + " arrived with SHA-256 " + found + ", expected " + wanted.sha256()
                    + "; nothing was built");
        }
        Files.move(arrived, file(wanted), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /** Unpacks a package, without running anything of it. */
    Path unpack(DebianPackage cached, Path into) throws IOException {
        Files.createDirectories(into);
        HostCommand.of(
                        logs.resolve("unpack-" + cached.name() + ".log"),
                        LIMIT,
                        HostTools.path("dpkg-deb"),
                        "-x",
                        file(cached).toString(),
                        into.toString())
                .run();
        return into;
    }

    private Path file(DebianPackage wanted) {
        return directory.resolve(wanted.fileName());
    }
}
