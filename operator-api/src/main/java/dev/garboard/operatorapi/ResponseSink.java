package dev.garboard.operatorapi;

import dev.garboard.operatorapi.WatchSession.Sink;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.node.ObjectNode;

/** Writes the events of a watch as lines of JSON, each only after the one before has left. */
final class ResponseSink implements Sink {

    /** A caller that takes nothing for this long is gone, or as good as. */
    private static final long PATIENCE_SECONDS = 30;

    private final HttpServerResponse response;

    ResponseSink(HttpServerResponse response) {
        this.response = response;
    }

    /** The caller closed the connection or stopped reading. */
    static final class CallerGoneException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        CallerGoneException(Throwable cause) {
            super("the caller of a watch is gone", cause, false, false);
        }
    }

    @Override
    public void begin() {
        response.setChunked(true)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-cache, private");
        // The head leaves now: a client waits for it before it believes that it watches.
        await(response.writeHead());
    }

    @Override
    public void send(ObjectNode event) {
        await(response.write(event + "\n"));
    }

    private void await(Future<?> written) {
        try {
            written.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException gone) {
            throw new CallerGoneException(gone);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new CallerGoneException(stopping);
        }
    }
}
