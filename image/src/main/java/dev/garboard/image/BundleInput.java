package dev.garboard.image;

import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What somebody brings: programs as the official release archives lay them out, anywhere below one directory, and their checksums.
 *
 * @param root the directory that the checksums are relative to
 * @param checksums SHA-256 by path
 */
record BundleInput(Path root, Map<String, String> checksums) {

    static final String CHECKSUMS = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *](?:\\./)?(.+)");
    private static final int DEPTH = 8;
    private static final long LARGEST_CHECKSUMS = 1 << 20;
    private static final Duration UNPACKING = Duration.ofMinutes(10);

    BundleInput {
        checksums = Map.copyOf(checksums);
    }

    /**
     * Opens a directory, or an archive that tar can read.
     *
     * @param scratch an empty directory for what is unpacked
     */
    static BundleInput open(Path given, Path scratch) throws IOException {
        var top = Files.isDirectory(given) ? given : unpack(given, scratch);
        var root = withoutWrapper(top);
        return new BundleInput(root, readChecksums(root, given));
    }

    private static Path unpack(Path archive, Path scratch) throws IOException {
        var unpacked = Files.createDirectory(scratch.resolve("input"));
        var outcome = HostCommand.of(
                        scratch.resolve("tar.log"),
                        UNPACKING,
                        HostTools.path("tar"),
                        "--extract",
                        "--file",
                        archive.toAbsolutePath().toString(),
                        "--directory",
                        unpacked.toString(),
                        "--no-same-owner",
                        "--no-same-permissions",
                        "--force-local")
                .attempt();
        if (outcome.exitCode() != 0) {
            throw new BundleRefusedException(
                    Reason.ARCHIVE_UNREADABLE,
                    archive + " cannot be unpacked: "
                            + outcome.output().strip().lines().findFirst().orElse("tar does not say why")
                            + "; expected a whole tar archive, as it is or packed with gzip, xz or zstd");
        }
        return unpacked;
    }

    /** Archives often hold one directory with everything in it. */
    private static Path withoutWrapper(Path top) throws IOException {
        if (Files.exists(top.resolve(CHECKSUMS))) {
            return top;
        }
        try (Stream<Path> entries = Files.list(top)) {
            var all = entries.toList();
            return all.size() == 1 && Files.isDirectory(all.getFirst(), LinkOption.NOFOLLOW_LINKS)
                    ? all.getFirst()
                    : top;
        }
    }

    private static Map<String, String> readChecksums(Path root, Path given) throws IOException {
        var file = root.resolve(CHECKSUMS);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new BundleRefusedException(
                    Reason.NO_CHECKSUMS,
                    given + " has no file " + CHECKSUMS
                            + "; after you have compared the programs with their publishers' checksums, write it there: "
                            + "find . -type f ! -name " + CHECKSUMS + " | xargs sha256sum > " + CHECKSUMS);
        }
        if (Files.size(file) > LARGEST_CHECKSUMS) {
            throw new BundleRefusedException(
                    Reason.NO_CHECKSUMS,
                    file + " has " + Files.size(file) + " bytes, expected at most " + LARGEST_CHECKSUMS);
        }
        var checksums = new HashMap<String, String>();
        int number = 0;
        for (var line : lines(file)) {
            number++;
            var match = LINE.matcher(line);
            if (!match.matches()) {
                throw new BundleRefusedException(
                        Reason.NO_CHECKSUMS,
                        file + " line " + number + " is \"" + line
                                + "\", expected 64 hex digits, two spaces and a path, as sha256sum writes them");
            }
            checksums.put(match.group(2), match.group(1));
        }
        return checksums;
    }

    private static Iterable<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException binary) {
            throw new BundleRefusedException(Reason.NO_CHECKSUMS, file + " is not text", binary);
        }
    }

    /** A program that was found, and the checksum it must have. */
    record Found(Path file, String path, String sha256) {}

    /**
     * The programs by name, and the multi-call one if there is one. A name may end in the architecture, as runc's release does.
     * Links are not followed.
     */
    Map<String, Found> programs(String architecture) throws IOException {
        var programs = new TreeMap<String, Found>();
        try (Stream<Path> all = Files.walk(root, DEPTH)) {
            for (var file : all.sorted().toList()) {
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                var name = name(file, architecture);
                if (BundleProgram.named(name).isEmpty() && !name.equals(BundleProgram.MULTI_CALL)) {
                    continue;
                }
                var found = found(file);
                var other = programs.putIfAbsent(name, found);
                if (other != null && !other.sha256().equals(found.sha256())) {
                    throw new BundleRefusedException(
                            Reason.AMBIGUOUS_COMPONENT,
                            "both " + other.path() + " and " + found.path() + " could be " + name
                                    + ", and they differ; take one of them away");
                }
            }
        }
        return programs;
    }

    private static String name(Path file, String architecture) {
        var name = file.getFileName().toString();
        var suffix = "." + architecture;
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    private Found found(Path file) {
        var path = root.relativize(file).toString();
        var sha256 = checksums.get(path);
        if (sha256 == null) {
            throw new BundleRefusedException(
                    Reason.WRONG_DIGEST,
                    path + " is not in " + CHECKSUMS
                            + "; compare it with its publisher's checksum and add it, or take it away");
        }
        return new Found(file, path, sha256);
    }
}
