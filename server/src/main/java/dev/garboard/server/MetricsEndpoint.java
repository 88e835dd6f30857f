package dev.garboard.server;

import dev.garboard.admission.ConnectionBounds;
import dev.garboard.admission.ConnectionLimits;
import dev.garboard.admission.RefusalLog;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics}, {@code /healthz} (the process works) and {@code /readyz} (it answers machines; {@code ?verbose} tells of each part) on a
 * port of their own, without certificates.
 */
final class MetricsEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);
    private static final int CONNECTIONS = 64;
    private static final int IDLE_SECONDS = 60;

    private final HttpServer server;

    private MetricsEndpoint(HttpServer server) {
        this.server = server;
    }

    /** Binds the port. */
    static MetricsEndpoint bind(Vertx vertx, InetSocketAddress listen, Metrics metrics, Readiness readiness) {
        var bounds = new ConnectionBounds(ConnectionLimits.of(CONNECTIONS, CONNECTIONS));
        var refusals = new RefusalLog(LOG, "metrics", InstantSource.system());
        var options = new HttpServerOptions()
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(2048)
                .setMaxHeaderSize(8192);
        var server = vertx.createHttpServer(options)
                .connectionHandler(connection -> admit(connection, bounds, refusals))
                .requestHandler(routes(vertx, metrics, readiness));
        try {
            server.listen(listen.getPort(), listen.getAddress().getHostAddress())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw StartException.cannotListen("metrics.listen", listen, failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw StartException.cannotListen("metrics.listen", listen, interrupted);
        }
        return new MetricsEndpoint(server);
    }

    /** Whoever reads the metrics needs one connection, whoever asks for health another. */
    private static void admit(HttpConnection connection, ConnectionBounds bounds, RefusalLog refusals) {
        var remote = connection.remoteAddress();
        var peer = new InetSocketAddress(InetAddress.ofLiteral(remote.hostAddress()), remote.port());
        bounds.arriveInPlain(peer)
                .ifPresentOrElse(
                        reason -> {
                            connection.close();
                            refusals.refused(reason.word(), remote.hostAddress());
                        },
                        () -> connection.closeHandler(_ -> bounds.gone(peer)));
    }

    private static Router routes(Vertx vertx, Metrics metrics, Readiness readiness) {
        var router = Router.router(vertx);
        router.get("/metrics")
                .handler(context -> context.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.text()));
        router.get("/healthz").handler(context -> text(context, 200, "ok"));
        router.get("/readyz").handler(context -> {
            var answer = readiness.answer(context.request().params().contains("verbose"));
            text(context, answer.ready() ? 200 : 503, answer.text());
        });
        router.errorHandler(404, context -> text(context, 404, "not found; there are /metrics, /healthz and /readyz"));
        router.errorHandler(405, context -> text(context, 405, "only GET is answered here"));
        return router;
    }

    private static void text(RoutingContext context, int status, String line) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(line + "\n");
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
