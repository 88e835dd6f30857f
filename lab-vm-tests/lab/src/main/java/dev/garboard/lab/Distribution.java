package dev.garboard.lab;

import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A built Garboard: {@code lib/} with the jars, {@code agent/} for node images, {@code *.args} with JVM options.
 *
 * @param work directory for caches
 */
record Distribution(Path home, Path work) {

    /** The one that this command runs from; the launcher says where it is. */
    static Distribution running() {
        var home = System.getProperty("garboard.home");
        var work = System.getProperty("garboard.work");
        if (home == null || work == null) {
            throw new LabException(
                    "the lab runs Garboard's other commands and must know where they are; call it through"
                            + " the launcher ./garboard");
        }
        return new Distribution(Path.of(home), Path.of(work));
    }

    /** A command line for one of Garboard's commands. */
    List<String> command(String... arguments) {
        var serving = arguments[0].equals("serve");
        var command = new ArrayList<String>();
        if (serving) {
            // As the launcher does.
            command.addAll(List.of("env", "MALLOC_ARENA_MAX=2"));
        }
        command.addAll(List.of(java(), "@" + home.resolve(serving ? "serve.args" : "cli.args")));
        var cache = home.resolve("serve.aot");
        if (serving && Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.addAll(List.of(
                "-Dgarboard.home=" + home,
                "-Dgarboard.work=" + work,
                "-cp",
                jar("garboard-cli-").toString(),
                "dev.garboard.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A command line for one of the lab's own programs, kept small since there is one for every machine. */
    List<String> program(Class<?> main, String... arguments) {
        var command = new ArrayList<>(List.of(
                java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Xss256k",
                "-Xshare:auto",
                "-Djava.net.preferIPv4Stack=true",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                home.resolve("lib") + "/*",
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A command line for {@link Relay}: two of them run as long as the lab, so they are kept small. */
    List<String> relay(String... addresses) {
        var command = new ArrayList<>(List.of(
                java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx16m",
                "-Xss256k",
                "-XX:ReservedCodeCacheSize=8m",
                "-cp",
                jar("garboard-lab-").toString(),
                Relay.class.getName()));
        command.addAll(List.of(addresses));
        return command;
    }

    /** Copies it, unless the copy is the same already. */
    Distribution copyTo(Path target) {
        var stamp = target.resolve("copied");
        var digest = digest(files(""));
        try {
            if (Files.exists(stamp) && Files.readString(stamp).equals(digest)) {
                return new Distribution(target, work);
            }
            Directories.delete(target);
            for (var file : files("")) {
                var copy = target.resolve(home.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
            Files.writeString(stamp, digest);
            return new Distribution(target, work);
        } catch (IOException failed) {
            throw new LabException(home + " cannot be copied to " + target + ": " + failed.getMessage(), failed);
        }
    }

    /** Changes when anything that goes into a node image does: the agent, and the code that builds images. */
    String imageDigest() {
        var inputs = new ArrayList<>(files("agent"));
        inputs.add(jar("garboard-image-"));
        return digest(inputs);
    }

    private Path jar(String prefix) {
        return files("lib").stream()
                .filter(file -> file.getFileName().toString().startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new LabException(home.resolve("lib") + " has no " + prefix + "*.jar; build again"));
    }

    private List<Path> files(String below) {
        var directory = home.resolve(below);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().equals("copied"))
                    .sorted()
                    .toList();
        } catch (IOException failed) {
            throw new LabException(directory + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** By content: a rebuild that changes nothing must not cost a new image. */
    private String digest(List<Path> files) {
        var digest = Sha256.digest();
        try {
            for (var file : files) {
                digest.update(home.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
        } catch (IOException failed) {
            throw new LabException(home + " cannot be read: " + failed.getMessage(), failed);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
