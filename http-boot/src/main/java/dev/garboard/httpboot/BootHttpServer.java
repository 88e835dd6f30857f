package dev.garboard.httpboot;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.admission.ListenFailure;
import dev.garboard.admission.RefusalLog;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server that machines boot from. It speaks plain HTTP/1.1: firmware and old loaders know nothing else. */
public final class BootHttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BootHttpServer.class);
    private static final int MAX_REQUEST_LINE = 2048;
    private static final int MAX_HEADERS = 8192;

    private final Vertx vertx;
    private final boolean ownsVertx;
    private final Listener listener;
    private final String deployment;

    private BootHttpServer(Vertx vertx, boolean ownsVertx, Listener listener, String deployment) {
        this.vertx = vertx;
        this.ownsVertx = ownsVertx;
        this.listener = listener;
        this.deployment = deployment;
    }

    /** Starts to listen with an event loop of its own; throws {@link BootHttpBindException} with the remedy when it cannot. */
    public static BootHttpServer bind(BootHttpConfig config, BootSource source, BootEvents events) {
        // Vert.x would otherwise unpack resources into a directory under /tmp.
        var files = new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        var vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(files));
        try {
            return bind(vertx, true, config, source, events);
        } catch (RuntimeException refused) {
            vertx.close();
            throw refused;
        }
    }

    /** The same on a Vert.x of the caller, who closes it after this server. Do not call it on an event loop. */
    public static BootHttpServer bind(Vertx vertx, BootHttpConfig config, BootSource source, BootEvents events) {
        return bind(vertx, false, config, source, events);
    }

    private static BootHttpServer bind(
            Vertx vertx, boolean ownsVertx, BootHttpConfig config, BootSource source, BootEvents events) {
        var listener = new Listener(config, source, events);
        try {
            var deployment = await(vertx.deployVerticle(listener));
            return new BootHttpServer(vertx, ownsVertx, listener, deployment);
        } catch (CompletionException refused) {
            listener.opener.shutdownNow();
            var cause = refused.getCause() == null ? refused : refused.getCause();
            throw new BootHttpBindException(explain(config.listen(), cause), cause);
        }
    }

    /** The address and port in use, for a configuration that asked for port 0. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.config.listen().getAddress(), listener.port);
    }

    /** Large downloads that are running. */
    public int activeDownloads() {
        return listener.queue.active();
    }

    /** Large downloads that wait for their turn. */
    public int waitingDownloads() {
        return listener.queue.waiting();
    }

    @Override
    public void close() {
        await(vertx.undeploy(deployment));
        listener.opener.shutdownNow();
        if (ownsVertx) {
            await(vertx.close());
        }
    }

    /** One verticle, so that everything about requests happens on one event loop and needs no locks. */
    private static final class Listener extends VerticleBase {
        private final BootHttpConfig config;
        private final BootSource source;
        private final BootEvents events;
        private final DownloadQueue queue;
        private final ExecutorService opener = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("boot-http-open-", 0).factory());
        private volatile int port;

        Listener(BootHttpConfig config, BootSource source, BootEvents events) {
            this.config = config;
            this.source = source;
            this.events = events;
            this.queue = new DownloadQueue(config.maxDownloads(), config.maxQueued());
        }

        @Override
        public Future<?> start() {
            // There is no handshake to wait for: a connection counts at once.
            var limits = new ConnectionLimits(
                    config.maxConnections(), config.maxPerAddress(), config.maxConnections(), config.maxPerAddress());
            var connections = new Connections(limits, config.idleTimeout(), config.stallTimeout());
            var refusals = new RefusalLog(log, "http-boot", InstantSource.system());
            var files = new FileSender(context, queue, config.largeFrom(), opener);
            var handler = new RequestHandler(config, source, events, context, connections, files);
            long sweep = Math.max(
                    100,
                    Math.min(
                                    config.idleTimeout().toMillis(),
                                    config.stallTimeout().toMillis())
                            / 4);
            vertx.setPeriodic(sweep, _ -> connections.sweep(System.nanoTime()));
            HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                            .setMaxInitialLineLength(MAX_REQUEST_LINE)
                            .setMaxHeaderSize(MAX_HEADERS)
                            .setHttp2ClearTextEnabled(false)
                            .setTcpKeepAlive(true))
                    .connectionHandler(connection -> {
                        connections.admit(connection).ifPresent(reason -> {
                            connection.close();
                            events.refused(reason.word());
                            refusals.refused(
                                    reason.word(), connection.remoteAddress().hostAddress());
                        });
                    })
                    .invalidRequestHandler(handler::handleInvalid)
                    .requestHandler(handler::handle);
            var listen = config.listen();
            return server.listen(listen.getPort(), listen.getAddress().getHostAddress())
                    .onSuccess(listening -> port = listening.actualPort());
        }
    }

    private static <T extends @Nullable Object> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static String explain(InetSocketAddress local, Throwable cause) {
        var remedy = switch (ListenFailure.of(local, cause)) {
            case NOT_PERMITTED ->
                "run as root, grant CAP_NET_BIND_SERVICE, or set http-boot.listen to a port above 1023";
            case TAKEN -> "another server has this port; `ss -tlnp sport = :" + local.getPort() + "` names it";
            case NOT_OF_THIS_HOST, OTHER -> "set http-boot.listen to an address of this host; `ip address` lists them";
        };
        return "boot HTTP cannot listen on " + local.getAddress().getHostAddress() + " port " + local.getPort() + ": "
                + cause.getMessage() + "; " + remedy;
    }
}
