package dev.garboard.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** {@code /metrics}, {@code /healthz} (the process works) and {@code /readyz} (it answers machines) on a port of their own, without certificates. */
final class MetricsEndpoint implements AutoCloseable {

    private final HttpServer server;

    private MetricsEndpoint(HttpServer server) {
        this.server = server;
    }

    /**
     * Binds the port.
     *
     * @param unready empty when ready; otherwise why not
     */
    static MetricsEndpoint bind(Vertx vertx, InetSocketAddress listen, Metrics metrics, Supplier<String> unready) {
        var server = vertx.createHttpServer().requestHandler(routes(vertx, metrics, unready));
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

    private static Router routes(Vertx vertx, Metrics metrics, Supplier<String> unready) {
        var router = Router.router(vertx);
        router.get("/metrics")
                .handler(context -> context.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.text()));
        router.get("/healthz").handler(context -> text(context, 200, "ok"));
        router.get("/readyz").handler(context -> {
            var reason = unready.get();
            text(context, reason.isEmpty() ? 200 : 503, reason.isEmpty() ? "ok" : reason);
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
