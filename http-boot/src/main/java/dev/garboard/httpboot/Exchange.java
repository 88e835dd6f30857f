package dev.garboard.httpboot;

import dev.garboard.httpboot.Served.Outcome;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer, reported exactly once. Used from one event loop. */
final class Exchange {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private final HttpServerRequest request;
    private final @Nullable SessionId session;
    private final String name;
    private final InetSocketAddress client;
    private final Consumer<Served> report;
    private final long startedAt = System.nanoTime();

    private DownloadQueue.@Nullable Place place;
    private @Nullable MeteredChannel file;
    private int status;
    private long length;
    private boolean over;

    Exchange(HttpServerRequest request, @Nullable SessionId session, String name, Consumer<Served> report) {
        this.request = request;
        this.session = session;
        this.name = name;
        this.client = address(request.connection().remoteAddress());
        this.report = report;
    }

    InetSocketAddress client() {
        return client;
    }

    boolean isOver() {
        return over;
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    @Nullable
    String header(String header) {
        return request.getHeader(header);
    }

    HttpServerResponse response() {
        return request.response();
    }

    void waitsIn(DownloadQueue.Place taken) {
        place = taken;
        if (over) {
            taken.leave();
        }
    }

    /** A short text that ends the exchange. */
    void text(int code, String body, Outcome outcome, String detail) {
        if (over) {
            return;
        }
        response().putHeader("Content-Type", "text/plain");
        bytes(code, body.getBytes(StandardCharsets.UTF_8), outcome, detail);
    }

    /** A few bytes that nobody on the way may keep. */
    void secret(byte[] content) {
        if (over) {
            return;
        }
        response().putHeader("Content-Type", "application/octet-stream").putHeader("Cache-Control", "no-store");
        bytes(200, content, Outcome.SENT, "");
    }

    private void bytes(int code, byte[] content, Outcome outcome, String detail) {
        status = code;
        length = content.length;
        var response = response().setStatusCode(code);
        response.putHeader("Content-Length", Integer.toString(content.length));
        if (isHead()) {
            response.end();
            finish(0, outcome == Outcome.SENT ? Outcome.NO_CONTENT : outcome, detail);
        } else {
            response.end(Buffer.buffer(content));
            finish(content.length, outcome, detail);
        }
    }

    /** An answer without content, whose headers are set. */
    void noContent(int code, long promised) {
        if (!over) {
            status = code;
            length = promised;
            response().setStatusCode(code).end();
            finish(0, Outcome.NO_CONTENT, "");
        }
    }

    /** Sends a part of a file and closes it; the headers are set. */
    void send(int code, MeteredChannel channel, long from, long count) {
        if (over) {
            close(channel);
            return;
        }
        status = code;
        length = count;
        file = channel;
        var _ = response().setStatusCode(code).sendFile(channel, from, count).onComplete(sent -> {
            if (sent.succeeded()) {
                finish(count, Outcome.SENT, "");
            } else {
                abort("the client closed the connection");
            }
        });
    }

    void abort(String reason) {
        finish(file == null ? 0 : file.transferred(), Outcome.ABORTED, reason);
    }

    /** Whether the client has taken nothing for so long; a download that waits for its turn has not stalled. */
    boolean hasStalled(long now, long limit) {
        return file != null && now - file.movedAt() > limit;
    }

    private void finish(long bytes, Outcome outcome, String detail) {
        if (over) {
            return;
        }
        over = true;
        if (place != null) {
            place.leave();
        }
        if (file != null) {
            close(file);
        }
        var duration = Duration.ofNanos(System.nanoTime() - startedAt);
        report.accept(new Served(
                session, name, request.method().name(), status, bytes, length, duration, outcome, detail, client));
    }

    void discard(MeteredChannel channel) {
        close(channel);
    }

    private static void close(MeteredChannel channel) {
        try {
            channel.close();
        } catch (IOException unclosed) {
            log.atWarn().setCause(unclosed).log("a served file could not be closed");
        }
    }

    static InetSocketAddress address(SocketAddress address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address.hostAddress()), address.port());
    }
}
