package dev.garboard.agent.kubernetes.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Asks the API server all the time, each time on a new connection, and waits until every program shows another certificate than at first. */
final class RotationWatch {

    private static final Map<String, Integer> PORTS = Map.of(
            "etcd",
            2379,
            "kube-apiserver",
            6443,
            "kube-controller-manager",
            StaticPods.CONTROLLER_MANAGER_PORT,
            "kube-scheduler",
            StaticPods.SCHEDULER_PORT);

    /** The programs read their files again by themselves, the slowest once a minute. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final ApiAccess access;
    private final Map<String, X509Certificate> first = new TreeMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final Thread asking;
    private volatile boolean ended;

    RotationWatch(ApiAccess access) throws IOException, InterruptedException {
        this.access = access;
        for (var port : PORTS.entrySet()) {
            first.put(port.getKey(), served(port.getValue()));
        }
        asking = Thread.ofVirtual().start(this::ask);
    }

    private void ask() {
        while (!ended) {
            try (var client = access.client()) {
                if (!client.health("/readyz").ok()) {
                    failures.incrementAndGet();
                }
            }
        }
    }

    String end() throws IOException, InterruptedException {
        var deadline = Instant.now().plus(LIMIT);
        var old = new TreeMap<>(first);
        while (!old.isEmpty() && Instant.now().isBefore(deadline)) {
            for (var port : PORTS.entrySet()) {
                if (!served(port.getValue()).equals(first.get(port.getKey()))) {
                    old.remove(port.getKey());
                }
            }
            Thread.sleep(200);
        }
        ended = true;
        asking.join();
        return (old.isEmpty() ? "all replaced" : "not replaced: " + old.keySet()) + ", " + failures
                + " requests failed";
    }

    /** What the program on that port shows; some want a certificate themselves and end the connection afterwards. */
    private static X509Certificate served(int port) throws IOException, InterruptedException {
        var seen = new Seen();
        for (int attempt = 0; seen.certificate == null && attempt < 100; attempt++) {
            try {
                var context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {seen}, new SecureRandom());
                try (var socket = (SSLSocket) context.getSocketFactory().createSocket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
                    socket.setSoTimeout(2000);
                    socket.startHandshake();
                }
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            } catch (IOException refusedOrNotYet) {
                Thread.sleep(100);
            }
        }
        var certificate = seen.certificate;
        if (certificate == null) {
            throw new IOException("nothing shows a certificate on port " + port);
        }
        return certificate;
    }

    private static final class Seen implements X509TrustManager {

        private volatile @Nullable X509Certificate certificate;

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            certificate = chain[0];
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
