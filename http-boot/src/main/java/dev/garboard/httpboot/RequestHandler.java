package dev.garboard.httpboot;

import dev.garboard.httpboot.Served.Outcome;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one request after the other, all on the server's one event loop. */
final class RequestHandler {
    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

    private final BootHttpConfig config;
    private final BootSource source;
    private final BootEvents events;
    private final Context context;
    private final Connections connections;
    private final FileSender files;

    RequestHandler(
            BootHttpConfig config,
            BootSource source,
            BootEvents events,
            Context context,
            Connections connections,
            FileSender files) {
        this.config = config;
        this.source = source;
        this.events = events;
        this.context = context;
        this.connections = connections;
        this.files = files;
    }

    void handle(HttpServerRequest request) {
        var path = request.path() == null ? "" : request.path();
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader("Allow", "GET, HEAD");
            refuseAndClose(request, path, 405, "method " + request.method() + " is not served; use GET or HEAD");
            return;
        }
        switch (Route.of(path)) {
            case Route.Script(var session) -> script(begin(request, session, "script.ipxe"), request, session);
            case Route.Autoexec(var session) -> autoexec(begin(request, session, "autoexec.ipxe"), request, session);
            case Route.File(var session, var name) -> file(begin(request, session, name), session, name);
            case Route.Health() -> begin(request, null, "healthz").text(200, "ok\n", Outcome.SENT, "");
            case Route.Refused(var reason) ->
                begin(request, null, path).text(400, reason + "\n", Outcome.REFUSED, reason);
        }
    }

    /** A request that is no HTTP, or too long. The rest of the connection cannot be read. */
    void handleInvalid(HttpServerRequest request) {
        var cause = request.decoderResult().cause();
        var reason = cause == null ? "unreadable request" : String.valueOf(cause.getMessage());
        refuseAndClose(request, "", statusOf(cause), "the request cannot be read: " + reason);
    }

    /** What is too long has a status of its own; whatever else cannot be read is no HTTP. */
    static int statusOf(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> 414;
            case TooLongHttpHeaderException _ -> 431;
            case null, default -> 400;
        };
    }

    private void refuseAndClose(HttpServerRequest request, String path, int status, String reason) {
        // A body may follow that nobody reads, so this connection cannot be used again.
        request.response()
                .putHeader("Connection", "close")
                .endHandler(_ -> request.connection().close());
        begin(request, null, path).text(status, reason + "\n", Outcome.REFUSED, reason);
    }

    private Exchange begin(HttpServerRequest request, @Nullable SessionId session, String name) {
        var connection = request.connection();
        // The exchange ends its entry through this holder, which is filled before anything can end.
        var self = new Exchange[1];
        Consumer<Served> report = served -> {
            connections.ends(connection, self[0]);
            tell(served);
        };
        self[0] = new Exchange(request, session, name, report);
        connections.begins(connection, self[0]);
        return self[0];
    }

    private void script(Exchange exchange, HttpServerRequest request, SessionId session) {
        ask(exchange, () -> source.script(session, exchange.client()), answer -> {
            if (answer instanceof ScriptAnswer.UnknownSession(var reason)) {
                exchange.text(404, reason + "\n", Outcome.NOT_FOUND, reason);
            } else {
                exchange.text(200, IpxeScript.render(answer, session, base(request)), Outcome.SENT, "");
            }
        });
    }

    private void autoexec(Exchange exchange, HttpServerRequest request, @Nullable SessionId session) {
        if (session == null) {
            exchange.text(200, IpxeScript.autoexec(), Outcome.SENT, "");
            return;
        }
        ask(exchange, () -> source.script(session, exchange.client()), answer -> {
            if (answer instanceof ScriptAnswer.UnknownSession(var reason)) {
                exchange.text(404, reason + "\n", Outcome.NOT_FOUND, reason);
            } else {
                exchange.text(200, IpxeScript.autoexec(session, base(request)), Outcome.SENT, "");
            }
        });
    }

    private void file(Exchange exchange, @Nullable SessionId session, String name) {
        var question = new BootSource.FileRequest(session, name, exchange.client());
        ask(exchange, () -> source.file(question), answer -> {
            switch (answer) {
                case FileAnswer.Found found -> files.send(exchange, name, found);
                case FileAnswer.Secret secret -> exchange.secret(secret.content());
                case FileAnswer.Withheld(var reason) -> exchange.text(403, "refused\n", Outcome.REFUSED, reason);
                case FileAnswer.NotFound(var reason) -> exchange.text(404, reason + "\n", Outcome.NOT_FOUND, reason);
                case FileAnswer.Refused(var reason) -> exchange.text(403, reason + "\n", Outcome.REFUSED, reason);
            }
        });
    }

    /** Asks the source, and goes on with its answer on the event loop, whichever thread gave it. */
    private <T> void ask(Exchange exchange, Supplier<CompletionStage<T>> question, Consumer<T> then) {
        CompletionStage<T> asked;
        try {
            asked = question.get();
        } catch (RuntimeException fault) {
            fail(exchange, fault);
            return;
        }
        var _ = asked.whenComplete((answer, failure) -> context.runOnContext(_ -> {
            if (failure != null) {
                fail(exchange, failure);
                return;
            }
            try {
                then.accept(answer);
            } catch (RuntimeException fault) {
                fail(exchange, fault);
            }
        }));
    }

    private static void fail(Exchange exchange, Throwable fault) {
        log.atError().setCause(fault).log("a boot request failed");
        exchange.text(
                500,
                "the server failed to answer; its log says why\n",
                Outcome.FAILED,
                fault.getMessage() == null ? fault.toString() : fault.getMessage());
    }

    /** The address the machine reached us at faces it; the Host header is the client's word and would end up in a script. */
    private String base(HttpServerRequest request) {
        if (config.publicUrl() != null) {
            return config.publicUrl();
        }
        var local = request.connection().localAddress();
        var host = local.hostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host)
                + (local.port() == 80 ? "" : ":" + local.port());
    }

    private void tell(Served served) {
        try {
            events.served(served);
        } catch (RuntimeException fault) {
            log.atError().setCause(fault).log("a boot event was not taken");
        }
    }
}
