package dev.garboard.operatorapi;

import dev.garboard.inventory.ResourceStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509KeyManager;

/** The Kubernetes-style API over HTTPS, TLS 1.3, for callers with a certificate of the site. */
public final class OperatorApiServer implements AutoCloseable {

    private final HttpServer server;
    private final HttpApiHandler handler;
    private final ExecutorService workers;

    private OperatorApiServer(HttpServer server, HttpApiHandler handler, ExecutorService workers) {
        this.server = server;
        this.handler = handler;
        this.workers = workers;
    }

    /**
     * Starts listening.
     *
     * @param identity what the server shows to its callers; asked at each handshake, so that it may be renewed
     * @param siteCa who issued the certificates of those who may call
     * @param pages what is answered without a certificate
     * @throws OperatorApiException when the address cannot be listened on
     */
    public static OperatorApiServer bind(
            Vertx vertx,
            OperatorApiConfig config,
            ResourceStore store,
            X509KeyManager identity,
            X509Certificate siteCa,
            List<PublicPage> pages,
            ApiEvents events,
            InstantSource clock) {
        var workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("operator-api-", 0).factory());
        var gateway = new ApiGateway(store, clock, events, config.maxWatchTime());
        var handler = new HttpApiHandler(config, new Callers(siteCa), gateway, events, workers, pages);
        var connections = new AtomicInteger();
        var server = vertx.createHttpServer(options(config, identity))
                .connectionHandler(connection -> admit(connection, connections, config, events))
                .requestHandler(handler);
        try {
            server.listen().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failed) {
            workers.shutdownNow();
            throw OperatorApiException.cannotListen(config.listen(), failed.getCause());
        }
        return new OperatorApiServer(server, handler, workers);
    }

    /** The port that is listened on; of interest when the configured one is 0. */
    public int port() {
        return server.actualPort();
    }

    /** Ends the watches, lets running requests finish for a moment, and stops. */
    @Override
    public void close() {
        handler.endWatches();
        server.shutdown(2, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        workers.shutdownNow();
    }

    private static HttpServerOptions options(OperatorApiConfig config, X509KeyManager identity) {
        return new HttpServerOptions()
                .setHost(config.listen().getHostString())
                .setPort(config.listen().getPort())
                .setSsl(true)
                .setUseAlpn(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(identity))
                .setTrustOptions(TrustOptions.wrap(new Callers.Deferred()))
                .setClientAuth(ClientAuth.REQUEST)
                .setIdleTimeout((int) config.idleTimeout().toSeconds())
                .setMaxHeaderSize(16 * 1024)
                .setCompressionSupported(false);
    }

    private static void admit(
            HttpConnection connection, AtomicInteger connections, OperatorApiConfig config, ApiEvents events) {
        connection.closeHandler(_ -> connections.decrementAndGet());
        if (connections.incrementAndGet() > config.maxConnections()) {
            events.refused("TooManyConnections");
            connection.close();
        }
    }
}
