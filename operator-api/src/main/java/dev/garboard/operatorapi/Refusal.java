package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a request was not done, as Kubernetes words it (API conventions, "Response Status Kind").
 *
 * @param code HTTP status
 * @param reason one CamelCase word for programs
 * @param message for people: what was found and what was expected
 * @param resource plural of the kind concerned
 * @param name of the resource concerned
 * @param causes for an invalid resource one entry for each field that is wrong
 * @param retryAfterSeconds 0 when trying again later is no remedy
 */
record Refusal(
        int code,
        String reason,
        String message,
        @Nullable String resource,
        @Nullable String name,
        List<Cause> causes,
        int retryAfterSeconds) {

    Refusal {
        causes = List.copyOf(causes);
    }

    /** One field that is wrong. */
    record Cause(String reason, String field, String message) {}

    private static Refusal plain(int code, String reason, String message) {
        return new Refusal(code, reason, message, null, null, List.of(), 0);
    }

    static Refusal badRequest(String message) {
        return plain(400, "BadRequest", message);
    }

    static Refusal unauthorized(String message) {
        return plain(401, "Unauthorized", message);
    }

    static Refusal forbidden(String message) {
        return plain(403, "Forbidden", message);
    }

    /** A change whose verb is permitted and some of whose fields are not. */
    static Refusal forbidden(Kind<?, ?> kind, String name, List<Cause> causes) {
        return new Refusal(
                403,
                "Forbidden",
                kind.plural() + "." + Kind.GROUP + " \"" + name + "\" is forbidden: "
                        + causes.stream()
                                .map(cause -> cause.field() + " " + cause.message())
                                .collect(Collectors.joining("; ")),
                kind.plural(),
                name,
                causes,
                0);
    }

    static Refusal noSuchPath(String path) {
        return plain(404, "NotFound", "there is nothing at " + path + "; /apis lists what is served");
    }

    static Refusal notFound(Kind<?, ?> kind, String name) {
        return new Refusal(
                404,
                "NotFound",
                kind.plural() + "." + Kind.GROUP + " \"" + name + "\" not found",
                kind.plural(),
                name,
                List.of(),
                0);
    }

    static Refusal methodNotAllowed(String message) {
        return plain(405, "MethodNotAllowed", message);
    }

    static Refusal notAcceptable(String message) {
        return plain(406, "NotAcceptable", message);
    }

    static Refusal alreadyExists(Kind<?, ?> kind, String name) {
        return new Refusal(
                409,
                "AlreadyExists",
                kind.plural() + "." + Kind.GROUP + " \"" + name + "\" already exists",
                kind.plural(),
                name,
                List.of(),
                0);
    }

    static Refusal conflict(Kind<?, ?> kind, String name, String message) {
        return new Refusal(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + kind.plural() + "." + Kind.GROUP + " \"" + name + "\": "
                        + message,
                kind.plural(),
                name,
                List.of(),
                0);
    }

    static Refusal expired(String message) {
        return plain(410, "Expired", message);
    }

    static Refusal tooLarge(int limit) {
        return plain(413, "RequestEntityTooLarge", "the body is larger than " + limit + " bytes");
    }

    static Refusal requestTimeout(String message) {
        return plain(408, "RequestTimeout", message);
    }

    static Refusal expectationFailed(String expectation) {
        return plain(417, "ExpectationFailed", "the header Expect is \"" + expectation + "\", expected 100-continue");
    }

    /** A request that the HTTP decoder could not read. */
    static Refusal unreadable(@Nullable Throwable cause) {
        var message = "the request cannot be read: " + (cause == null ? "no reason was given" : cause.getMessage());
        return switch (cause) {
            case TooLongHttpLineException _ -> plain(414, "RequestURITooLong", message);
            case TooLongHttpHeaderException _ -> plain(431, "RequestHeaderFieldsTooLarge", message);
            case null, default -> badRequest(message);
        };
    }

    /** A list that asks for more than what is stored yet, in Kubernetes' words. */
    static Refusal tooLargeResourceVersion(long asked, long current) {
        var message = "Too large resource version: " + asked + ", current: " + current;
        return new Refusal(
                504,
                "Timeout",
                message,
                null,
                null,
                List.of(new Cause("ResourceVersionTooLarge", "", "Too large resource version")),
                1);
    }

    /** Parameters of a list or watch that do not go together, in Kubernetes' words. */
    static Refusal invalidListOptions(Cause cause) {
        return new Refusal(
                422,
                "Invalid",
                "ListOptions.meta.k8s.io \"\" is invalid: " + cause.field() + ": " + cause.message(),
                null,
                null,
                List.of(cause),
                0);
    }

    static Refusal unsupportedMediaType(String message) {
        return plain(415, "UnsupportedMediaType", message);
    }

    static Refusal invalid(Kind<?, ?> kind, String name, List<Cause> causes) {
        var words = causes.stream()
                .map(cause -> cause.field().isEmpty() ? cause.message() : cause.field() + ": " + cause.message())
                .toList();
        return new Refusal(
                422,
                "Invalid",
                kind.name() + "." + Kind.GROUP + " \"" + name + "\" is invalid: "
                        + (words.size() == 1 ? words.getFirst() : words),
                kind.plural(),
                name,
                causes,
                0);
    }

    static Refusal tooMany(String message) {
        return new Refusal(429, "TooManyRequests", message, null, null, List.of(), 1);
    }

    static Refusal internal(String message) {
        return plain(500, "InternalError", message);
    }

    /** The body of the answer: a {@code Status} object. */
    ObjectNode toStatus() {
        var status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message).put("reason", reason);
        if (resource != null || !causes.isEmpty() || retryAfterSeconds > 0) {
            var details = status.putObject("details");
            if (name != null) {
                details.put("name", name);
            }
            if (resource != null) {
                details.put("group", Kind.GROUP).put("kind", resource);
            }
            if (!causes.isEmpty()) {
                var list = details.putArray("causes");
                causes.forEach(cause -> list.addObject()
                        .put("reason", cause.reason())
                        .put("message", cause.message())
                        .put("field", cause.field()));
            }
            if (retryAfterSeconds > 0) {
                details.put("retryAfterSeconds", retryAfterSeconds);
            }
        }
        return status.put("code", code);
    }
}
