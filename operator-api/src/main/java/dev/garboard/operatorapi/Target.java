package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.TrustException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a path below {@code /apis/garboard.dev/v1alpha1/} names.
 *
 * @param name null for the whole collection
 * @param status whether the {@code /status} subresource is meant
 */
record Target(Kind<?, ?> kind, @Nullable String name, boolean status) {

    static final String PREFIX = "/apis/" + Kind.GROUP + "/" + Kind.VERSION + "/";

    static Optional<Target> parse(String path) {
        if (!path.startsWith(PREFIX)) {
            return Optional.empty();
        }
        var segments = path.substring(PREFIX.length()).split("/", -1);
        var status = segments.length == 3 && segments[2].equals("status");
        if (segments.length > 3
                || (segments.length == 3 && !status)
                || (segments.length > 1 && segments[1].isEmpty())) {
            return Optional.empty();
        }
        return Kinds.all().stream()
                .filter(kind -> kind.plural().equals(segments[0]))
                .findFirst()
                .map(kind -> new Target(kind, segments.length > 1 ? name(kind, segments[1]) : null, status));
    }

    /** Certificates are named by their serial numbers, which people and tools write in several ways. */
    private static String name(Kind<?, ?> kind, String written) {
        if (!kind.equals(Kinds.OPERATOR_CERTIFICATE)) {
            return written;
        }
        try {
            return Revocation.serial(written);
        } catch (TrustException none) {
            return written;
        }
    }

    /** What the call does to the target. */
    Verb verb(ApiCall call) {
        if (name == null) {
            return switch (call.method()) {
                case "GET" -> call.flag("watch") ? Verb.WATCH : Verb.LIST;
                case "POST" -> writable(Verb.CREATE);
                default ->
                    throw refused(call.method() + " is not possible on the collection " + kind.plural()
                            + "; GET and POST are, and the others on one resource of it");
            };
        }
        if (status && !call.method().equals("GET")) {
            throw refused("the status of " + kind.plural() + " is written by Garboard itself; GET is possible");
        }
        return switch (call.method()) {
            case "GET" -> Verb.GET;
            case "PUT" -> writable(Verb.REPLACE);
            case "PATCH" -> writable(Verb.PATCH);
            case "DELETE" -> writable(Verb.DELETE);
            default ->
                throw refused(call.method() + " is not possible on one resource; GET, PUT, PATCH and DELETE are");
        };
    }

    private Verb writable(Verb verb) {
        if (!ApiRoles.verbs(kind).contains(verb)) {
            throw refused(ApiRoles.whyReadOnly(kind));
        }
        return verb;
    }

    private static RefusedException refused(String message) {
        return new RefusedException(Refusal.methodNotAllowed(message));
    }
}
