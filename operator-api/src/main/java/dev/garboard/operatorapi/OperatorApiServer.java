package dev.garboard.operatorapi;

import dev.garboard.admission.ConnectionGate;
import dev.garboard.admission.RefusalLog;
import dev.garboard.inventory.ResourceStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kubernetes-style API over HTTPS, TLS 1.3, for callers with a certificate of the site. */
public final class OperatorApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorApiServer.class);
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int STREAMS = 64;
    private static final int LARGEST_HEADERS = 16 * 1024;

    private final HttpServer server;
    private final GatedTransport transport;
    private final HttpApiHandler handler;
    private final ExecutorService workers;

    private OperatorApiServer(
            HttpServer server, GatedTransport transport, HttpApiHandler handler, ExecutorService workers) {
        this.server = server;
        this.transport = transport;
        this.handler = handler;
        this.workers = workers;
    }

    /**
     * Starts listening.
     *
     * @param transport what that Vert.x was built with
     * @param identity what the server shows to its callers; asked at each handshake, so that it may be renewed
     * @param certificates of people; closed by its owner, after this server
     * @param siteCa who issued the certificates of those who may call
     * @param pages what is answered without a certificate
     * @throws OperatorApiException when the address cannot be listened on
     */
    public static OperatorApiServer bind(
            Vertx vertx,
            GatedTransport transport,
            OperatorApiConfig config,
            ResourceStore store,
            X509KeyManager identity,
            X509Certificate siteCa,
            OperatorCertificates certificates,
            List<PublicPage> pages,
            ApiEvents events,
            InstantSource clock) {
        var workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("operator-api-", 0).factory());
        var gateway = new ApiGateway(
                store,
                new CertificateApi(certificates, siteCa),
                certificates.gate(),
                clock,
                events,
                config.maxWatchTime());
        var callers = new Callers(siteCa, certificates.gate());
        var handler = new HttpApiHandler(vertx, config, callers, gateway, events, workers, pages);
        var refusals = new RefusalLog(LOG, "operator-api", clock);
        var gate = new ConnectionGate(config.connections(), (reason, peer) -> {
            events.refused(reason.word());
            refusals.refused(reason.word(), String.valueOf(peer.getAddress()));
        });
        var server = vertx.createHttpServer(options(config, identity))
                .connectionHandler(connection -> settled(vertx, connection, callers, gate, config))
                .invalidRequestHandler(handler::handleInvalid)
                .requestHandler(handler);
        try {
            server.listen().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failed) {
            workers.shutdownNow();
            throw OperatorApiException.cannotListen(config.listen(), failed.getCause());
        }
        transport.gate(server.actualPort(), gate);
        return new OperatorApiServer(server, transport, handler, workers);
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
        transport.open(server.actualPort());
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
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(STREAMS).setMaxHeaderListSize(LARGEST_HEADERS))
                .setIdleTimeout((int) config.idleTimeout().toSeconds())
                .setMaxHeaderSize(LARGEST_HEADERS)
                .setCompressionSupported(false);
    }

    /** The handshake is over. Who showed no certificate has no business here that lasts. */
    private static void settled(
            Vertx vertx, HttpConnection connection, Callers callers, ConnectionGate gate, OperatorApiConfig config) {
        var chain = HttpApiHandler.certificates(connection);
        if (chain.length == 0) {
            long timer = vertx.setTimer(config.bodyTimeout().toMillis(), _ -> connection.close());
            connection.closeHandler(_ -> vertx.cancelTimer(timer));
        }
        gate.settled(
                new InetSocketAddress(
                        InetAddress.ofLiteral(connection.remoteAddress().hostAddress()),
                        connection.remoteAddress().port()),
                callers.subject(chain));
    }
}
