package dev.garboard.operatorapi;

import dev.garboard.operatorapi.ApiGateway.Watching;
import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import dev.garboard.operatorapi.Places.Place;
import dev.garboard.operatorapi.WatchSession.Sink;
import dev.garboard.trust.Caller;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The watches that are open, within their bound. */
final class OpenWatches {

    private final Places places;
    private final ApiEvents events;
    private final Set<CountDownLatch> open = ConcurrentHashMap.newKeySet();

    OpenWatches(Shares bound, ApiEvents events) {
        this.places = new Places("watches", "operator-api.max-watches", bound);
        this.events = events;
    }

    /** What a request that may turn out to be a watch needs for that. */
    HttpWatch of(HttpServerRequest request, Caller caller, Place asRequest) {
        return new HttpWatch(request, caller, asRequest);
    }

    /** Ends every watch. */
    void end() {
        open.forEach(CountDownLatch::countDown);
    }

    /** The watch that a request may turn out to be. */
    final class HttpWatch implements Watching {

        private final HttpServerRequest request;
        private final Caller caller;
        private final Place asRequest;
        private final CountDownLatch ended = new CountDownLatch(1);
        private @Nullable Place asWatch;

        private HttpWatch(HttpServerRequest request, Caller caller, Place asRequest) {
            this.request = request;
            this.caller = caller;
            this.asRequest = asRequest;
        }

        @Override
        public CountDownLatch ended() {
            return ended;
        }

        @Override
        public Sink open() {
            asWatch = places.take(caller.name());
            open.add(ended);
            events.watches(open.size());
            // A watch lasts for minutes and has a bound of its own.
            asRequest.release();
            request.response().closeHandler(_ -> ended.countDown());
            request.response().exceptionHandler(_ -> ended.countDown());
            return new ResponseSink(request.response());
        }

        void close() {
            if (asWatch != null) {
                asWatch.release();
            }
            if (open.remove(ended)) {
                events.watches(open.size());
            }
        }
    }
}
