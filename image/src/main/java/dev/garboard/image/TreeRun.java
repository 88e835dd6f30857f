package dev.garboard.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the node's Java inside the finished root tree, as process 1 of namespaces of its own: the same absolute paths as on
 * the node, and an accidental reboot ends only the namespace. An ordinary user does it in a user namespace.
 *
 * @param exchange directory that the program sees as {@code /mnt}
 */
record TreeRun(Path tree, Path exchange, Path logs) {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Runs {@code /jre/bin/java} with arguments. */
    String java(String step, List<String> arguments) throws IOException {
        return command(step, arguments).run();
    }

    /** The same with a library loaded before all others. */
    String javaPreloading(String library, String step, List<String> arguments) throws IOException {
        return command(step, arguments).with("PRELOAD", library).run();
    }

    private HostCommand command(String step, List<String> arguments) throws IOException {
        var script = exchange.resolve("in-tree.sh");
        Files.write(script, resource("in-tree.sh"));
        var words = new ArrayList<String>();
        words.addAll(List.of(
                HostTools.path("unshare"), "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"));
        if (!isRoot()) {
            words.addAll(List.of("--user", "--map-root-user"));
        }
        words.addAll(List.of(
                HostTools.path("sh"), script.toString(), tree.toString(), exchange.toString(), "/jre/bin/java"));
        words.addAll(arguments);
        return HostCommand.of(logs.resolve(step + ".log"), LIMIT, words.toArray(String[]::new))
                .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = TreeRun.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return in.readAllBytes();
        }
    }
}
