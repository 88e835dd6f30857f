package dev.garboard.e2e;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks URLs ten times a second, each time over a new connection, until its standard input ends; then says what came of it, one line of JSON
 * for each. A program of its own, because it runs in the network of a node.
 */
final class RequestPoller {

    private static final long EVERY_MILLIS = 100;
    private static final int PATIENCE_MILLIS = 5000;
    private static final int OK = 200;

    private final String url;
    private int requests;
    private int failed;
    private long longestMillis;
    private long lastGood = System.nanoTime();
    private long longestGapMillis;
    private String firstFailure = "";

    private RequestPoller(String url) {
        this.url = url;
    }

    /**
     * Polls until the end of standard input.
     *
     * @param args URLs
     */
    public static void main(String[] args) throws Exception {
        System.setProperty("http.keepAlive", "false");
        trustAll();
        var pollers = List.of(args).stream().map(RequestPoller::new).toList();
        try (var clock = Executors.newScheduledThreadPool(1);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var poller : pollers) {
                var _ = clock.scheduleAtFixedRate(
                        () -> threads.execute(poller::ask), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
            while (System.in.read() >= 0) {
                // Until the test closes it.
            }
            clock.shutdownNow();
        }
        pollers.forEach(RequestPoller::report);
    }

    private void ask() {
        long begun = System.nanoTime();
        try {
            var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            try {
                int status = connection.getResponseCode();
                if (status != OK) {
                    throw new IOException("answered " + status);
                }
                connection.getInputStream().readAllBytes();
            } finally {
                connection.disconnect();
            }
            heard(begun, "");
        } catch (IOException refused) {
            heard(begun, Instant.now() + " " + refused);
        }
    }

    private synchronized void heard(long begun, String failure) {
        long now = System.nanoTime();
        requests++;
        longestMillis = Math.max(longestMillis, (now - begun) / 1_000_000);
        if (failure.isEmpty()) {
            longestGapMillis = Math.max(longestGapMillis, (now - lastGood) / 1_000_000);
            lastGood = now;
        } else {
            failed++;
            firstFailure = firstFailure.isEmpty() ? failure : firstFailure;
        }
    }

    @SuppressWarnings("SystemOut") // what the test reads
    private synchronized void report() {
        System.out.println(JsonMapper.shared()
                .createObjectNode()
                .put("url", url)
                .put("requests", requests)
                .put("failed", failed)
                .put("longestMillis", longestMillis)
                .put("longestGapMillis", longestGapMillis)
                .put("firstFailure", firstFailure));
    }

    /** Whether an API answers is asked here, not whose it is. */
    private static void trustAll() throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                new SecureRandom());
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
        HttpsURLConnection.setDefaultHostnameVerifier((_, _) -> true);
    }
}
