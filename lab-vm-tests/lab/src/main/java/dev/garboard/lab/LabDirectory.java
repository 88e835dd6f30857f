package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where everything of one lab lies. */
record LabDirectory(Path root) {

    /** Longest path of a socket in Linux's {@code sockaddr_un}, without the terminating zero. */
    private static final int LONGEST_SOCKET_PATH = 107;

    LabDirectory {
        root = root.toAbsolutePath().normalize();
    }

    Path state() {
        return root.resolve("state.json");
    }

    Path site() {
        return root.resolve("site");
    }

    Path configuration() {
        return site().resolve("garboard.yaml");
    }

    Path pki() {
        return site().resolve("pki");
    }

    /** For use on the host, through the relay. */
    Path kubeconfig() {
        return root.resolve("kubeconfig");
    }

    /** The server runs from a copy, so that a rebuild does not pull the jars from under it. */
    Path distribution() {
        return root.resolve("distribution");
    }

    Path image() {
        return root.resolve("image");
    }

    Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    Path machine(String name) {
        return root.resolve("machines").resolve(name);
    }

    Path serialLog(String name) {
        return machine(name).resolve("serial.log");
    }

    Path consoleSocket(String name) {
        return machine(name).resolve("console.sock");
    }

    Path controlSocket(String name) {
        return machine(name).resolve("qmp.sock");
    }

    /** The shorter of the absolute and the relative path: the kernel takes no long ones for sockets. */
    static Path reachable(Path socket) {
        var relative = Path.of("").toAbsolutePath().relativize(socket);
        var shorter = relative.toString().length() < socket.toString().length() ? relative : socket;
        if (shorter.toString().length() > LONGEST_SOCKET_PATH) {
            throw new LabException(
                    "the path " + shorter + " has " + shorter.toString().length()
                            + " characters, and a socket may have " + LONGEST_SOCKET_PATH
                            + "; call garboard from the clone, or choose a shorter --directory");
        }
        return shorter;
    }

    /** As people would write it, from where they are. */
    String shown(Path file) {
        var here = Path.of("").toAbsolutePath();
        return (file.startsWith(here) ? here.relativize(file) : file).toString();
    }

    void create() {
        try {
            Files.createDirectories(root.resolve("logs"));
            Files.createDirectories(root.resolve("machines"));
        } catch (IOException failed) {
            throw new LabException("the lab's directory " + root + " cannot be made: " + failed.getMessage(), failed);
        }
    }
}
