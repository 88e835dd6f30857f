package dev.garboard.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a pod can do: it prints the kernel's command line, which every pod can read, and passes connections to its port on to an address of the boot
 * network, which sees them come from the pod's node. It runs in a pod with the node's own Java and nothing else, so it knows no other class.
 */
final class TcpRelay {

    static final int PORT = 9999;

    private TcpRelay() {}

    /** Host and port to pass on to. */
    static void main(String[] arguments) throws IOException {
        System.out.println(
                "command line: " + Files.readString(Path.of("/proc/cmdline")).strip());
        var target = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        try (var server = new ServerSocket(PORT, 10, InetAddress.getByName("0.0.0.0"))) {
            System.out.println("relaying");
            while (true) {
                var near = server.accept();
                var far = new Socket();
                far.connect(target, 10_000);
                copy(near, far);
                copy(far, near);
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        Thread.ofPlatform().daemon().start(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException ended) {
                System.out.println("a connection ended: " + ended.getMessage());
            }
        });
    }
}
