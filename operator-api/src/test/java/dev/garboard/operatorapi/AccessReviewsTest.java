package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.AccessTable;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AccessReviewsTest {

    private static final String PREFIX = "/apis/authorization.k8s.io/v1/";
    private static final JsonMapper JSON = new JsonMapper();

    private static ApiCall call(Role role, String method, String path, @Nullable String type, String body) {
        return new ApiCall(method, path, Map.of(), "*/*", type, body, new Caller("alice", Set.of(role)), "", null);
    }

    private static JsonNode answer(ApiCall call) {
        var answer = AccessReviews.answer(call).orElseThrow();
        assertEquals(201, answer.status());
        return JSON.readTree(answer.body().toString());
    }

    private static JsonNode access(Role role, String attributes) {
        return answer(call(
                        role,
                        "POST",
                        PREFIX + "selfsubjectaccessreviews",
                        null,
                        "{\"spec\":{\"resourceAttributes\":" + attributes + "}}"))
                .path("status");
    }

    private static JsonNode access(Role role, String verb, String plural) {
        return access(role, "{\"verb\":\"" + verb + "\",\"resource\":\"" + plural + "\",\"group\":\"garboard.dev\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "READER | list | machines | true | ''",
                "READER | delete | machines | false | that takes the role operator, the certificate says reader",
                "OPERATOR | delete | machines | true | some fields need the role admin",
                "OPERATOR | list | machines | true | ''",
                "OPERATOR | patch | images | true | ''",
                "ADMIN | delete | machines | true | ''",
                "OPERATOR | create | clusters | false | that takes the role admin, the certificate says operator",
                "ADMIN | delete | leases | false | leases have no delete",
                "ADMIN | dance | machines | false | machines have no dance",
                "ADMIN | * | machines | true | ''",
                "OPERATOR | * | enrollmentrules | false | that takes the role admin, the certificate says operator",
                "ADMIN | * | leases | false | leases have no such verbs",
                "READER | list | * | true | ''",
                "ADMIN | list | nodes | false | there are no nodes in the group \"garboard.dev\" here"
            })
    void aQuestionHasTheAnswerThatTheCallWouldGet(
            Role role, String verb, String plural, boolean allowed, String reason) {
        var status = access(role, verb, plural);

        assertEquals(reason, status.path("reason").asString());
        assertEquals(allowed, status.path("allowed").asBoolean());
    }

    @ParameterizedTest
    @CsvSource({"garboard.dev, true", "*, true", "apps, false", "'', false"})
    void theGroupMustBeOurs(String group, boolean allowed) {
        var status = access(Role.READER, "{\"verb\":\"get\",\"resource\":\"machines\",\"group\":\"" + group + "\"}");

        assertEquals(allowed, status.path("allowed").asBoolean());
        assertEquals(
                allowed ? "" : "there are no machines in the group \"" + group + "\" here",
                status.path("reason").asString());
    }

    @ParameterizedTest
    @CsvSource({"get, true, ''", "update, false, a subresource can be read only"})
    void aStatusCanBeReadOnly(String verb, boolean allowed, String reason) {
        var status = access(
                Role.ADMIN,
                "{\"verb\":\"" + verb
                        + "\",\"resource\":\"machines\",\"group\":\"garboard.dev\",\"subresource\":\"status\"}");

        assertEquals(allowed, status.path("allowed").asBoolean());
        assertEquals(reason, status.path("reason").asString());
    }

    @ParameterizedTest
    @CsvSource({"get, true, ''", "post, false, only get is possible on paths"})
    void pathsCanBeReadOnly(String verb, boolean allowed, String reason) {
        var body = "{\"spec\":{\"nonResourceAttributes\":{\"path\":\"/version\",\"verb\":\"" + verb + "\"}}}";
        var review = answer(call(Role.READER, "POST", PREFIX + "selfsubjectaccessreviews", null, body));

        assertEquals(allowed, review.path("status").path("allowed").asBoolean());
        assertEquals(reason, review.path("status").path("reason").asString());
        assertEquals("SelfSubjectAccessReview", review.path("kind").asString());
        assertEquals(
                "/version",
                review.path("spec").path("nonResourceAttributes").path("path").asString());
    }

    @ParameterizedTest
    @EnumSource(names = {"READER", "OPERATOR", "ADMIN"})
    void theRulesAreTheTableForThisRole(Role role) {
        var review = answer(call(role, "POST", PREFIX + "selfsubjectrulesreviews", null, "{}"));

        var rules = new TreeMap<String, Set<String>>();
        for (var rule : review.path("status").path("resourceRules")) {
            assertEquals("garboard.dev", rule.path("apiGroups").get(0).asString());
            rules.put(
                    rule.path("resources").get(0).asString(),
                    rule.path("verbs").valueStream().map(JsonNode::asString).collect(Collectors.toSet()));
        }
        var expected = AccessTable.RESOURCES.stream()
                .filter(line -> role.permits(line.role()))
                .collect(Collectors.groupingBy(
                        AccessTable.Line::subject,
                        TreeMap::new,
                        Collectors.flatMapping(line -> line.actions().stream(), Collectors.toSet())));
        assertEquals(expected, rules);
        assertEquals("SelfSubjectRulesReview", review.path("kind").asString());
        assertTrue(review.path("spec").isObject());
        assertFalse(review.path("status").path("incomplete").asBoolean(true));
        var paths = review.path("status").path("nonResourceRules").get(0);
        assertEquals("[\"get\"]", paths.path("verbs").toString());
        assertEquals(
                "[\"/api\",\"/apis\",\"/apis/*\",\"/openapi/*\",\"/version\"]",
                paths.path("nonResourceURLs").toString());
    }

    @Test
    void whoMayNothingHasNoRules() {
        var review = answer(call(Role.NODE, "POST", PREFIX + "selfsubjectrulesreviews", null, "{}"));

        assertEquals(0, review.path("status").path("resourceRules").size());
    }

    /** SelfSubjectAccessReview with the verb list on machines, as kubectl 1.32 and later send it. */
    @Test
    void aReviewInProtobufIsUnderstoodToo() {
        var attributes = field("1204", "list") + field("1a0c", "garboard.dev") + field("2a08", "machines");
        var spec = "0a" + size(attributes) + attributes;
        var review = "0a0012" + size(spec) + spec;
        var body = HexFormat.of().parseHex("6b38730012" + size(review) + review);

        var answer = answer(call(
                Role.READER,
                "POST",
                PREFIX + "selfsubjectaccessreviews",
                KubernetesProtobuf.TYPE,
                new String(body, StandardCharsets.ISO_8859_1)));
        assertTrue(answer.path("status").path("allowed").asBoolean(), answer::toString);

        var rules =
                answer(call(Role.READER, "POST", PREFIX + "selfsubjectrulesreviews", KubernetesProtobuf.TYPE, "k8s\0"));
        assertEquals("{}", rules.path("spec").toString());
    }

    @Test
    void onlyPostAsksAndOnlyTheseTwoAreKnown() {
        var refused = assertThrows(
                        RefusedException.class,
                        () -> AccessReviews.answer(
                                call(Role.ADMIN, "GET", PREFIX + "selfsubjectaccessreviews", null, "")))
                .refusal();
        assertEquals(405, refused.code());
        assertEquals("GET is not possible on " + PREFIX + "selfsubjectaccessreviews; POST is", refused.message());
        for (var path :
                new String[] {PREFIX + "subjectaccessreviews", PREFIX, "/apis/garboard.dev/v1alpha1/machines"}) {
            assertEquals(Optional.empty(), AccessReviews.answer(call(Role.ADMIN, "POST", path, null, "{}")));
        }
    }

    private static String field(String head, String text) {
        return head + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String size(String hex) {
        return "%02x".formatted(hex.length() / 2);
    }
}
