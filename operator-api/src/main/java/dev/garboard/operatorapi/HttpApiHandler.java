package dev.garboard.operatorapi;

import dev.garboard.operatorapi.ApiGateway.Watching;
import dev.garboard.operatorapi.WatchSession.Sink;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Reads requests on the event loop, within bounds, and has them answered on virtual threads. */
final class HttpApiHandler implements Handler<HttpServerRequest> {

    private final OperatorApiConfig config;
    private final Callers callers;
    private final ApiGateway gateway;
    private final ApiEvents events;
    private final Executor workers;
    private final Map<String, PublicPage> pages;
    private final AtomicInteger requests = new AtomicInteger();
    private final Set<CountDownLatch> watches = ConcurrentHashMap.newKeySet();

    HttpApiHandler(
            OperatorApiConfig config,
            Callers callers,
            ApiGateway gateway,
            ApiEvents events,
            Executor workers,
            List<PublicPage> pages) {
        this.config = config;
        this.callers = callers;
        this.gateway = gateway;
        this.events = events;
        this.workers = workers;
        this.pages = pages.stream().collect(Collectors.toMap(PublicPage::path, Function.identity()));
    }

    @Override
    public void handle(HttpServerRequest request) {
        request.exceptionHandler(_ -> {}); // the caller is gone; whoever writes to it finds out
        var page = pages.get(request.path());
        if (page != null) {
            workers.execute(() -> answerPage(request, page));
            return;
        }
        var body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() <= config.maxBodyBytes()) {
                body.appendBuffer(chunk);
                if (body.length() > config.maxBodyBytes()) {
                    end(request, gateway.refused(Refusal.tooLarge(config.maxBodyBytes())))
                            .onComplete(_ -> quietly(request.connection().close()));
                }
            }
        });
        request.endHandler(_ -> {
            if (body.length() <= config.maxBodyBytes()) {
                admit(request, body);
            }
        });
    }

    /** Ends every watch in good order; the clients watch again, here or elsewhere. */
    void endWatches() {
        watches.forEach(CountDownLatch::countDown);
    }

    private void admit(HttpServerRequest request, Buffer body) {
        if (requests.incrementAndGet() > config.maxRequests()) {
            requests.decrementAndGet();
            send(
                    request,
                    gateway.refused(Refusal.tooMany("the server works on " + config.maxRequests()
                            + " requests already (operator-api.max-requests); try again in a second")));
            return;
        }
        var counted = new Counted(requests);
        try {
            workers.execute(() -> work(request, body, counted));
        } catch (RuntimeException stopping) {
            counted.release();
            throw stopping;
        }
    }

    private void work(HttpServerRequest request, Buffer body, Counted counted) {
        var watch = new HttpWatch(request, counted);
        try {
            var call = read(request, body);
            var answer = gateway.answer(call, watch);
            if (answer.isPresent()) {
                send(request, answer.get());
            } else {
                quietly(request.response().end());
            }
        } catch (RefusedException refused) {
            send(request, gateway.refused(refused.refusal()));
        } catch (ResponseSink.CallerGoneException gone) {
            quietly(request.connection().close());
        } finally {
            watch.close();
            counted.release();
        }
    }

    /** The watch that a request may turn out to be. */
    private final class HttpWatch implements Watching {

        private final HttpServerRequest request;
        private final Counted counted;
        private final CountDownLatch ended = new CountDownLatch(1);

        HttpWatch(HttpServerRequest request, Counted counted) {
            this.request = request;
            this.counted = counted;
        }

        @Override
        public CountDownLatch ended() {
            return ended;
        }

        @Override
        public Sink open() {
            if (watches.size() >= config.maxWatches()) {
                throw new RefusedException(Refusal.tooMany("there are " + config.maxWatches()
                        + " watches already (operator-api.max-watches); try again later"));
            }
            watches.add(ended);
            events.watches(watches.size());
            // A watch lasts for minutes and has a bound of its own.
            counted.release();
            request.response().closeHandler(_ -> ended.countDown());
            request.response().exceptionHandler(_ -> ended.countDown());
            return new ResponseSink(request.response());
        }

        void close() {
            if (watches.remove(ended)) {
                events.watches(watches.size());
            }
        }
    }

    private ApiCall read(HttpServerRequest request, Buffer body) {
        var caller = callers.authenticate(certificates(request));
        var query = new HashMap<String, List<String>>();
        var path = Objects.requireNonNullElse(request.path(), "/");
        try {
            request.params()
                    .forEach(entry -> query.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                            .add(entry.getValue()));
            var accept = request.getHeader("Accept");
            var remote = request.remoteAddress();
            return new ApiCall(
                    request.method().name(),
                    URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8),
                    query,
                    accept == null || accept.isBlank() ? "*/*" : accept,
                    contentType(request),
                    body.toString(StandardCharsets.UTF_8),
                    caller,
                    remote == null ? "" : remote.toString());
        } catch (IllegalArgumentException malformed) {
            throw new RefusedException(
                    Refusal.badRequest("the address of the request is malformed: " + malformed.getMessage()));
        }
    }

    private static @Nullable String contentType(HttpServerRequest request) {
        var header = request.getHeader("Content-Type");
        if (header == null || header.isBlank()) {
            return null;
        }
        int parameters = header.indexOf(';');
        return (parameters < 0 ? header : header.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    private static X509Certificate[] certificates(HttpServerRequest request) {
        try {
            return Arrays.stream(request.connection().sslSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        } catch (SSLPeerUnverifiedException none) {
            return new X509Certificate[0];
        }
    }

    private void answerPage(HttpServerRequest request, PublicPage page) {
        var method = request.method().name();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            send(request, gateway.refused(Refusal.methodNotAllowed(method + " is not possible on " + page.path())));
            return;
        }
        var content = page.content().get();
        send(request, new ApiAnswer(content.status(), content.contentType(), Buffer.buffer(content.body())));
    }

    private static void send(HttpServerRequest request, ApiAnswer answer) {
        quietly(end(request, answer));
    }

    /** Whether the caller still took it does not matter: there is nobody else to tell. */
    private static void quietly(Future<Void> written) {
        written.onFailure(_ -> {});
    }

    private static Future<Void> end(HttpServerRequest request, ApiAnswer answer) {
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", answer.contentType())
                .putHeader("Cache-Control", "no-cache, private");
        if (answer.status() == 429) {
            response.putHeader("Retry-After", "1");
        }
        return response.end(answer.body());
    }

    /** A place among the requests, given back once. */
    private static final class Counted {

        private final AtomicInteger counter;
        private final AtomicBoolean held = new AtomicBoolean(true);

        Counted(AtomicInteger counter) {
            this.counter = counter;
        }

        void release() {
            if (held.compareAndSet(true, false)) {
                counter.decrementAndGet();
            }
        }
    }
}
