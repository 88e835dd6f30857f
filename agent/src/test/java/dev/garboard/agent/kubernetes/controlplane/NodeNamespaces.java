package dev.garboard.agent.kubernetes.controlplane;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Network namespaces on one bridge, one for each node, within a user namespace: no privilege is needed and nothing is left behind. */
final class NodeNamespaces implements AutoCloseable {

    private final Process holder;
    private final List<Process> nodes = new ArrayList<>();

    NodeNamespaces(int count) throws IOException, InterruptedException {
        holder = new ProcessBuilder("unshare", "-Urnmpf", "--mount-proc", "--kill-child", "sh", "-c", "echo up; read _")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (holder.getInputStream().read() < 0) {
            throw new IOException("the namespaces were not made");
        }
        var script = new StringBuilder(
                "mount -t tmpfs run /run; mkdir /run/netns; ip link add br0 type bridge; ip link set br0 up\n");
        for (int node = 1; node <= count; node++) {
            script.append("""
                ip netns add n%1$d
                ip link add v%1$d type veth peer name eth0 netns n%1$d
                ip link set v%1$d master br0 up
                ip -n n%1$d link set lo up
                ip -n n%1$d addr add %2$s/24 dev eth0
                ip -n n%1$d link set eth0 up
                """.formatted(node, address(node)));
        }
        run(List.of("sh", "-ec", script.toString()));
    }

    static String address(int node) {
        return "10.9.0." + node;
    }

    private List<String> inside(List<String> command) {
        // The holder itself is unshare; its child is in the new process namespace.
        long child = holder.children().findFirst().orElseThrow().pid();
        var all = new ArrayList<>(
                List.of("nsenter", "-t", Long.toString(child), "-U", "-n", "-m", "-p", "--preserve-credentials"));
        all.addAll(command);
        return all;
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(inside(command)).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue() + ": " + output);
        }
    }

    /** What a command writes in a node's namespace, its lines joined by spaces; errors are part of it. */
    String output(int node, List<String> command) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", "n" + node));
        all.addAll(command);
        var process = new ProcessBuilder(inside(all)).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return String.join(" ", output.lines().toList());
    }

    /** A program of a node, asked and answering by lines. */
    static final class Node {

        private final Process process;
        private final BufferedReader out;
        private final BufferedWriter in;

        private Node(Process process) {
            this.process = process;
            this.out = process.inputReader();
            this.in = process.outputWriter();
        }

        /** The next line that it writes. */
        String says() {
            try {
                var line = out.readLine();
                if (line == null) {
                    throw new AssertionError("the node ended; its errors are above");
                }
                return line;
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        /** Its answer to a command. */
        String asked(String command) {
            try {
                in.write(command + "\n");
                in.flush();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
            return says();
        }

        /** Ends it and all that it started at once, as a loss of power does. */
        void kill() throws InterruptedException {
            var all = process.descendants().toList();
            process.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
            process.waitFor();
            for (var one : all) {
                // Nobody in the namespace waits for orphans; what has ended but is not reaped has no program any more.
                while (one.isAlive() && one.info().command().isPresent()) {
                    Thread.sleep(20);
                }
            }
        }
    }

    /** Starts a class of the tests in a node's namespace. */
    Node start(int node, Class<?> main, List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                "ip",
                "netns",
                "exec",
                "n" + node,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // Its file is named by the process id, which another namespace's process may have: the clash is told on
                // the output.
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        var process = new ProcessBuilder(inside(command))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        nodes.add(process);
        return new Node(process);
    }

    @Override
    public void close() {
        holder.descendants().forEach(ProcessHandle::destroyForcibly);
        for (var node : nodes) {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
        holder.destroyForcibly();
        holder.onExit().join();
    }
}
