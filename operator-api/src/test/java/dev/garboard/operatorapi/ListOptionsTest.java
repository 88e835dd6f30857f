package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Kubernetes' API server says to the same parameters. */
class ListOptionsTest {

    private static final long CURRENT = 10;

    private static ApiCall call(String query) {
        Map<String, List<String>> parameters = Arrays.stream(query.split("&", -1))
                .map(parameter -> parameter.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> List.of(parts[1])));
        return new ApiCall("GET", "/", parameters, "*/*", null, "", new Caller("alice", Set.of(Role.READER)), "", null);
    }

    private static void list(String query) {
        ListOptions.check(call(query));
        ListOptions.checkRevision(call(query), CURRENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=5",
                "resourceVersion=0",
                "resourceVersion=0&limit=5",
                "resourceVersion=3",
                "resourceVersion=10",
                "resourceVersion=10&limit=5",
                "resourceVersion=3&resourceVersionMatch=NotOlderThan&limit=5",
                "resourceVersion=0&resourceVersionMatch=NotOlderThan",
                "resourceVersion=10&resourceVersionMatch=Exact",
                "watch=1&resourceVersion=3",
                "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
            })
    void whatCanBeServedIs(String query) {
        assertDoesNotThrow(() -> list(query));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resourceVersion=11 | 504 | Too large resource version: 11, current: 10",
                "resourceVersion=11&resourceVersionMatch=Exact | 504 | Too large resource version: 11, current: 10",
                "resourceVersion=9&resourceVersionMatch=Exact | 410 | The resourceVersion for the provided list is too"
                        + " old.",
                "resourceVersion=9&limit=5 | 410 | The resourceVersion for the provided list is too old.",
                "resourceVersion=9&continue=x | 400 | specifying resource version is not allowed when using continue",
                "resourceVersion=x | 400 | the parameter resourceVersion is \"x\", expected a whole number from 0",
                "resourceVersionMatch=Exact | 422 | ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch:"
                        + " Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
                "resourceVersion=9&resourceVersionMatch=Exact&continue=x | 422 | ListOptions.meta.k8s.io \"\" is"
                        + " invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is"
                        + " provided",
                "resourceVersion=9&resourceVersionMatch=exact | 422 | ListOptions.meta.k8s.io \"\" is invalid:"
                        + " resourceVersionMatch: Unsupported value: \"exact\": supported values: \"Exact\","
                        + " \"NotOlderThan\", \"\"",
                "resourceVersion=0&resourceVersionMatch=Exact | 422 | ListOptions.meta.k8s.io \"\" is invalid:"
                        + " resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for"
                        + " resourceVersion \"0\"",
                "sendInitialEvents=true | 422 | ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden:"
                        + " sendInitialEvents is forbidden for list",
                "watch=true&resourceVersionMatch=NotOlderThan | 422 | ListOptions.meta.k8s.io \"\" is invalid:"
                        + " resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless"
                        + " sendInitialEvents is provided",
                "watch=true&sendInitialEvents=true | 422 | ListOptions.meta.k8s.io \"\" is invalid:"
                        + " resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to"
                        + " NotOlderThan",
            })
    void whatCannotIsRefusedInKubernetesWords(String query, int code, String message) {
        var refused = assertThrows(RefusedException.class, () -> list(query));

        assertEquals(message, refused.refusal().message());
        assertEquals(code, refused.refusal().code());
    }
}
