package dev.garboard.operatorapi;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Reads the bodies of admitted requests on the event loop: bounded in size, in time, and in what all of them hold together. */
final class RequestBodies {

    private final Vertx vertx;
    private final long together;
    private final Duration patience;
    private final AtomicLong held = new AtomicLong();

    RequestBodies(Vertx vertx, long together, Duration patience) {
        this.vertx = vertx;
        this.together = together;
        this.patience = patience;
    }

    /** Bytes of all bodies that are being read or worked on. */
    long held() {
        return held.get();
    }

    /** A body is not needed any more. */
    void release(Buffer body) {
        held.addAndGet(-body.length());
    }

    /**
     * Reads a paused request to its end. To be called on its event loop.
     *
     * @return the body, to be given back with {@link #release}; or failed with {@link RefusedException}
     */
    Future<Buffer> read(HttpServerRequest request, int limit) {
        Promise<Buffer> whole = Promise.promise();
        var body = Buffer.buffer();
        long timer = vertx.setTimer(
                patience.toMillis(),
                _ -> refuse(
                        whole,
                        body,
                        Refusal.requestTimeout("the body did not come within " + patience.toSeconds()
                                + " s (operator-api.body-seconds)")));
        request.handler(chunk -> {
            if (whole.future().isComplete()) {
                return;
            }
            if (body.length() + chunk.length() > limit) {
                refuse(whole, body, Refusal.tooLarge(limit));
            } else if (held.addAndGet(chunk.length()) > together) {
                held.addAndGet(-chunk.length());
                refuse(
                        whole,
                        body,
                        Refusal.tooMany("the bodies of other requests fill the room for them; try again in a second"));
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> whole.tryComplete(body));
        request.exceptionHandler(gone -> refuse(whole, body, Refusal.badRequest("the connection ended in the body")));
        request.resume();
        return whole.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    private void refuse(Promise<Buffer> whole, Buffer body, Refusal refusal) {
        if (whole.tryFail(new RefusedException(refusal))) {
            release(body);
        }
    }

    /** How long the body says it is; 0 when it does not say. */
    static long announced(HttpServerRequest request) {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }
}
