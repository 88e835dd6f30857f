package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Caller;
import dev.garboard.trust.GuardedChange;
import dev.garboard.trust.Role;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a caller may do, asked by the caller: SelfSubjectAccessReview and SelfSubjectRulesReview of {@code authorization.k8s.io/v1}, which
 * {@code kubectl auth can-i} sends. Nothing is stored.
 */
final class AccessReviews {

    private static final String PREFIX = "/apis/authorization.k8s.io/v1/";
    private static final String ACCESS = "SelfSubjectAccessReview";
    private static final String RULES = "SelfSubjectRulesReview";
    private static final String ANY = "*";

    private AccessReviews() {}

    /** Empty when the path is about something else. */
    static Optional<ApiAnswer> answer(ApiCall call) {
        if (!call.path().startsWith(PREFIX)) {
            return Optional.empty();
        }
        var wanted = call.path().substring(PREFIX.length());
        if (!wanted.equals("selfsubjectaccessreviews") && !wanted.equals("selfsubjectrulesreviews")) {
            return Optional.empty();
        }
        if (!call.method().equals("POST")) {
            throw new RefusedException(
                    Refusal.methodNotAllowed(call.method() + " is not possible on " + call.path() + "; POST is"));
        }
        var isProtobuf = KubernetesProtobuf.TYPE.equals(call.contentType());
        if (wanted.equals("selfsubjectrulesreviews")) {
            // A rules review asks about a namespace, and here are none.
            var spec = isProtobuf
                    ? JsonNodeFactory.instance.objectNode()
                    : Bodies.object(call).path("spec");
            return Optional.of(ApiAnswer.json(201, review(RULES, spec, rules(call.caller()))));
        }
        var spec = isProtobuf
                ? KubernetesProtobuf.accessSpec(call.body().getBytes(StandardCharsets.ISO_8859_1))
                : Bodies.object(call).path("spec");
        return Optional.of(ApiAnswer.json(201, review(ACCESS, spec, access(call.caller(), spec))));
    }

    private static ObjectNode review(String kind, JsonNode spec, ObjectNode status) {
        var review = JsonNodeFactory.instance.objectNode();
        review.put("kind", kind).put("apiVersion", "authorization.k8s.io/v1");
        review.putObject("metadata");
        review.set("spec", spec.isObject() ? spec : JsonNodeFactory.instance.objectNode());
        review.set("status", status);
        return review;
    }

    private static ObjectNode access(Caller caller, JsonNode spec) {
        var status = JsonNodeFactory.instance.objectNode();
        var path = spec.path("nonResourceAttributes");
        if (path.isObject()) {
            // Discovery is what there is besides resources; whoever may ask this may read it.
            var allowed = path.path("verb").asString("").equals("get");
            return status.put("allowed", allowed).put("reason", allowed ? "" : "only get is possible on paths");
        }
        var asked = spec.path("resourceAttributes");
        var plural = asked.path("resource").asString("");
        var group = asked.path("group").asString("");
        var verb = asked.path("verb").asString("");
        var kinds = Kinds.all().stream()
                .filter(kind -> plural.equals(ANY) || kind.plural().equals(plural))
                .toList();
        if (kinds.isEmpty() || !(group.equals(Kind.GROUP) || group.equals(ANY))) {
            return status.put("allowed", false)
                    .put("reason", "there are no " + plural + " in the group \"" + group + "\" here");
        }
        if (!asked.path("subresource").asString("").isEmpty() && !verb.equals("get")) {
            return status.put("allowed", false).put("reason", "a subresource can be read only");
        }
        var against = kinds.stream()
                .flatMap(kind -> refusal(caller, kind, verb).stream())
                .findFirst();
        return status.put("allowed", against.isEmpty())
                .put("reason", against.orElseGet(() -> guarded(caller, plural, verb)));
    }

    private static Optional<String> refusal(Caller caller, Kind<?, ?> kind, String verb) {
        var verbs = verb.equals(ANY)
                ? List.of(Verb.values())
                : Arrays.stream(Verb.values())
                        .filter(one -> one.word().equals(verb))
                        .toList();
        var possible = ApiRoles.verbs(kind);
        if (verbs.isEmpty() || !possible.containsAll(verbs)) {
            return Optional.of(kind.plural() + " have no " + (verb.equals(ANY) ? "such verbs" : verb));
        }
        return verbs.stream()
                .map(one -> ApiRoles.needed(one, kind))
                .filter(needed -> !caller.may(needed))
                .findFirst()
                .map(needed ->
                        "that takes the role " + needed.word() + ", the certificate says " + caller.rolesInWords());
    }

    /** Yes, but not with every field. */
    private static String guarded(Caller caller, String plural, String verb) {
        var isWrite = Arrays.stream(Verb.values())
                .anyMatch(one -> one.isWrite() && one.word().equals(verb));
        return isWrite
                        && Arrays.stream(GuardedChange.values())
                                .anyMatch(change -> change.subject().equals(plural) && !caller.may(change.role()))
                ? "some fields need the role " + Role.ADMIN.word()
                : "";
    }

    private static ObjectNode rules(Caller caller) {
        var status = JsonNodeFactory.instance.objectNode();
        var rules = status.putArray("resourceRules");
        for (var kind : Kinds.all()) {
            var rule = JsonNodeFactory.instance.objectNode();
            var verbs = rule.putArray("verbs");
            ApiRoles.verbs(kind).stream()
                    .filter(verb -> caller.may(ApiRoles.needed(verb, kind)))
                    .forEach(verb -> verbs.add(verb.word()));
            rule.putArray("apiGroups").add(Kind.GROUP);
            rule.putArray("resources").add(kind.plural());
            if (!verbs.isEmpty()) {
                rules.add(rule);
            }
        }
        var paths = status.putArray("nonResourceRules").addObject();
        paths.putArray("verbs").add("get");
        paths.putArray("nonResourceURLs")
                .add("/api")
                .add("/apis")
                .add("/apis/*")
                .add("/openapi/*")
                .add("/version");
        return status.put("incomplete", false);
    }
}
