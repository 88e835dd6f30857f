package dev.garboard.server;

import dev.garboard.dhcp.server.DhcpBindException;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Starts a server on loopback, asks of it what a first machine and a first operator ask, and stops it: the virtual machine
 * writes down the classes that this needed, and a server that starts with them is there in a third of the time and takes less memory.
 */
public final class Training {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Training() {}

    /**
     * Runs once in an empty directory.
     *
     * @return what was asked, for the build's log
     */
    public static String run(Path directory) throws IOException, InterruptedException {
        var pki = Files.createDirectories(directory.resolve("pki"));
        var authority = SiteAuthority.create(pki, "training", InstantSource.system());
        for (var loader : new String[] {"snponly.efi", "undionly.kpxe"}) {
            Files.writeString(directory.resolve(loader), loader);
        }
        int[] ports = freePorts(6);
        var config = directory.resolve("garboard.yaml");
        try (var _ = start(config, ports)) {
            discover(ports[0]);
            get(new Socket(LOOPBACK, ports[2]), "/autoexec.ipxe");
            get(new Socket(LOOPBACK, ports[5]), "/readyz");
            var operator = authority.issueOperator("training", Role.ADMIN, Duration.ofHours(1));
            var tls = operator.sslContext(authority.certificate()).getSocketFactory();
            get(tls.createSocket(LOOPBACK, ports[3]), "/apis/garboard.dev/v1alpha1/machines");
        }
        return "DHCP, boot HTTP and the operator API were asked on loopback";
    }

    /** Where DHCP cannot be had on loopback, because another server has port 4011 there, the rest is still worth it. */
    private static Server start(Path config, int[] ports) throws IOException {
        Files.writeString(config, configuration(ports));
        try {
            return Server.start(Config.read(config));
        } catch (DhcpBindException taken) {
            Files.writeString(
                    config,
                    "dhcp: {enabled: false}\n"
                            + configuration(ports).lines().skip(1).collect(Collectors.joining("\n")));
            return Server.start(Config.read(config));
        }
    }

    private static String configuration(int[] ports) {
        return """
                dhcp: {interfaces: [{name: lo, address: 127.0.0.1}], port: %d}
                tftp: {listen: '127.0.0.1:%d', loader-directory: .}
                http-boot: {listen: '127.0.0.1:%d'}
                operator-api: {listen: '127.0.0.1:%d'}
                node-api: {listen: '127.0.0.1:%d'}
                metrics: {listen: '127.0.0.1:%d'}
                log: {level: error}
                seed:
                  subnets:
                    - metadata: {name: training}
                      spec: {cidr: 127.0.0.0/8, rangeStart: 127.0.0.10, rangeEnd: 127.0.0.20}
                """.formatted(Arrays.stream(ports).boxed().toArray());
    }

    /** What iPXE sends first. The answer goes to port 68, where nobody listens. */
    private static void discover(int port) throws IOException, InterruptedException {
        var packet = new byte[300];
        packet[0] = 1;
        packet[1] = 1;
        packet[2] = 6;
        System.arraycopy(new byte[] {0x52, 0x54, 0, 0x77, 0, 1}, 0, packet, 28, 6);
        System.arraycopy(new byte[] {0x63, (byte) 0x82, 0x53, 0x63, 53, 1, 1, 93, 2, 0, 0, 77, 4}, 0, packet, 236, 13);
        System.arraycopy("iPXE".getBytes(StandardCharsets.US_ASCII), 0, packet, 249, 4);
        packet[253] = (byte) 255;
        try (var socket = new DatagramSocket(0, LOOPBACK)) {
            socket.send(new DatagramPacket(packet, packet.length, LOOPBACK, port));
        }
        // There is no answer to wait for here; the decision is made within milliseconds.
        Thread.sleep(500);
    }

    /** With plain sockets: a client library's classes would go into the cache, and no server needs them. */
    private static void get(Socket socket, String path) throws IOException {
        try (socket) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            var request =
                    "GET " + path + " HTTP/1.1\r\nHost: " + LOOPBACK.getHostAddress() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            if (socket.getInputStream().readAllBytes().length == 0) {
                throw new IOException("no answer to GET " + path);
            }
        }
    }

    private static int[] freePorts(int count) throws IOException {
        var sockets = new ServerSocket[count];
        var ports = new int[count];
        for (int i = 0; i < count; i++) {
            sockets[i] = new ServerSocket(0, 1, LOOPBACK);
            ports[i] = sockets[i].getLocalPort();
        }
        for (var socket : sockets) {
            socket.close();
        }
        return ports;
    }
}
