package dev.garboard.operatorapi;

import dev.garboard.operatorapi.Places.Place;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
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
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Admits requests and reads them on the event loop, within bounds, and has them answered on virtual threads. */
final class HttpApiHandler implements Handler<HttpServerRequest> {

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH", "DELETE");

    /** Who may only read sends small questions, such as what it may do. */
    private static final int BODY_OF_A_READER = 16 * 1024;

    private final Vertx vertx;
    private final OperatorApiConfig config;
    private final Callers callers;
    private final ApiGateway gateway;
    private final Executor workers;
    private final Map<String, PublicPage> pages;
    private final AtomicInteger strangers = new AtomicInteger();
    private final Places requests;
    private final RequestBodies bodies;
    private final OpenWatches watches;

    HttpApiHandler(
            Vertx vertx,
            OperatorApiConfig config,
            Callers callers,
            ApiGateway gateway,
            ApiEvents events,
            Executor workers,
            List<PublicPage> pages) {
        this.vertx = vertx;
        this.config = config;
        this.callers = callers;
        this.gateway = gateway;
        this.workers = workers;
        this.pages = pages.stream().collect(Collectors.toMap(PublicPage::path, Function.identity()));
        this.requests = new Places("requests", "operator-api.max-requests", config.requests());
        this.watches = new OpenWatches(config.watches(), events);
        this.bodies =
                new RequestBodies(vertx, (long) config.maxBodyBytes() * OperatorApiConfig.BODIES, config.bodyTimeout());
    }

    @Override
    public void handle(HttpServerRequest request) {
        request.exceptionHandler(_ -> {}); // the caller is gone; whoever writes to it finds out
        var page = pages.get(request.path());
        if (page != null) {
            workers.execute(() -> answerPage(request, page));
            return;
        }
        if (strangers.incrementAndGet() > config.requests().all()) {
            strangers.decrementAndGet();
            refuse(
                    request,
                    Refusal.tooMany("the server learns who " + config.requests().all()
                            + " callers are already (operator-api.max-requests); try again in a second"));
            return;
        }
        // Not one byte of a body is taken before it is known who sends it and that there is room.
        request.pause();
        var loop = vertx.getOrCreateContext();
        try {
            workers.execute(() -> admit(request, loop));
        } catch (RuntimeException stopping) {
            strangers.decrementAndGet();
            throw stopping;
        }
    }

    /** A request that is no HTTP, or too long. */
    void handleInvalid(HttpServerRequest request) {
        var cause = request.decoderResult().cause();
        refuse(request, Refusal.unreadable(cause));
    }

    /** Ends every watch in good order; the clients watch again, here or elsewhere. */
    void endWatches() {
        watches.end();
    }

    private void admit(HttpServerRequest request, Context loop) {
        Caller caller;
        Place place;
        try {
            caller = callers.authenticate(certificates(request.connection()));
            place = requests.take(caller.name());
        } catch (RefusedException refused) {
            refuse(request, refused.refusal());
            return;
        } finally {
            strangers.decrementAndGet();
        }
        if (!WITH_BODY.contains(request.method().name())) {
            request.resume();
            work(request, caller, Buffer.buffer(), place);
            return;
        }
        loop.runOnContext(_ -> {
            int limit = caller.may(Role.OPERATOR)
                    ? config.maxBodyBytes()
                    : Math.min(BODY_OF_A_READER, config.maxBodyBytes());
            if (!isWanted(request, limit)) {
                place.release();
                return;
            }
            bodies.read(request, limit).onComplete(read -> {
                if (read.cause() instanceof RefusedException refused) {
                    place.release();
                    refuse(request, refused.refusal());
                } else {
                    var body = read.result();
                    workers.execute(() -> {
                        try {
                            work(request, caller, body, place);
                        } finally {
                            bodies.release(body);
                        }
                    });
                }
            });
        });
    }

    /** A caller that asks first whether its body is wanted is told so (RFC 9110, 10.1.1). */
    private boolean isWanted(HttpServerRequest request, int limit) {
        if (RequestBodies.announced(request) > limit) {
            refuse(request, Refusal.tooLarge(limit));
            return false;
        }
        var expect = request.getHeader("Expect");
        if (expect == null) {
            return true;
        }
        if (!expect.strip().equalsIgnoreCase("100-continue")) {
            refuse(request, Refusal.expectationFailed(expect));
            return false;
        }
        request.response().writeContinue();
        return true;
    }

    private void work(HttpServerRequest request, Caller caller, Buffer body, Place place) {
        var watch = watches.of(request, caller, place);
        try {
            var call = read(request, caller, body);
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
        } catch (StackOverflowError provoked) {
            send(request, gateway.refused(Refusal.badRequest("the request is nested too deeply")));
        } finally {
            watch.close();
            place.release();
        }
    }

    private ApiCall read(HttpServerRequest request, Caller caller, Buffer body) {
        var query = new HashMap<String, List<String>>();
        var path = Objects.requireNonNullElse(request.path(), "/");
        try {
            request.params()
                    .forEach(entry -> query.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                            .add(entry.getValue()));
            var accept = request.getHeader("Accept");
            var remote = request.remoteAddress();
            var type = contentType(request);
            return new ApiCall(
                    request.method().name(),
                    URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8),
                    query,
                    accept == null || accept.isBlank() ? "*/*" : accept,
                    type,
                    body.toString(
                            KubernetesProtobuf.TYPE.equals(type)
                                    ? StandardCharsets.ISO_8859_1
                                    : StandardCharsets.UTF_8),
                    caller,
                    remote == null ? "" : remote.toString(),
                    certificates(request.connection())[0]);
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

    static X509Certificate[] certificates(HttpConnection connection) {
        try {
            return Arrays.stream(connection.sslSession().getPeerCertificates())
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

    /** Answers a request whose body was not read, or not to its end: nothing that may follow it on the connection can be understood. */
    private void refuse(HttpServerRequest request, Refusal refusal) {
        boolean http1 = request.version() != HttpVersion.HTTP_2;
        if (http1) {
            request.response().putHeader("Connection", "close");
        }
        end(request, gateway.refused(refusal)).onComplete(_ -> {
            if (http1) {
                quietly(request.connection().close());
            } else {
                request.handler(_ -> {}).resume();
            }
        });
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
}
