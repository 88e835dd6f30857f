package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    private static Target target(String path) {
        return Target.parse(Target.PREFIX + path).orElseThrow();
    }

    private static ApiCall call(String method, String path, String watch) {
        Map<String, List<String>> query = watch.isEmpty() ? Map.of() : Map.of("watch", List.of(watch));
        return new ApiCall(method, path, query, "*/*", null, "", new Caller("alice", Set.of(Role.ADMIN)), "", null);
    }

    private static Verb verb(String method, String path, String watch) {
        return target(path).verb(call(method, path, watch));
    }

    @Test
    void aPathNamesACollectionOneResourceOrItsStatus() {
        assertEquals(new Target(Kinds.MACHINE, null, false), target("machines"));
        assertEquals(new Target(Kinds.MACHINE, "m1", false), target("machines/m1"));
        assertEquals(new Target(Kinds.CLUSTER, "c1", true), target("clusters/c1/status"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/apis/garboard.dev/v1alpha1",
                "/apis/garboard.dev/v1beta1/machines",
                "/apis/garboard.dev/v1alpha1/nosuch",
                "/apis/garboard.dev/v1alpha1/machines/",
                "/apis/garboard.dev/v1alpha1/machines//status",
                "/apis/garboard.dev/v1alpha1/machines/m1/spec",
                "/apis/garboard.dev/v1alpha1/machines/m1/status/x",
                "/version"
            })
    void anythingElseIsNoResource(String path) {
        assertEquals(Optional.empty(), Target.parse(path));
    }

    @ParameterizedTest
    @CsvSource({
        "operatorcertificates/0AB:CD, abcd",
        "operatorcertificates/no-number, no-number",
        "machines/0AB, 0AB",
        "bootsessions/0AB, 0AB"
    })
    void onlyCertificatesAreNamedByNumbersThatAreWrittenInSeveralWays(String path, String name) {
        assertEquals(name, target(path).name());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, machines, '', LIST",
        "GET, machines, true, WATCH",
        "GET, machines, 0, LIST",
        "POST, machines, '', CREATE",
        "GET, machines/m1, '', GET",
        "GET, machines/m1, true, GET",
        "PUT, machines/m1, '', REPLACE",
        "PATCH, machines/m1, '', PATCH",
        "DELETE, machines/m1, '', DELETE",
        "GET, machines/m1/status, '', GET",
        "PATCH, images/i1, '', PATCH",
        "POST, operatorcertificates, '', CREATE"
    })
    void theMethodSaysWhatIsDone(String method, String path, String watch, Verb verb) {
        assertEquals(verb, verb(method, path, watch));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | machines | PUT is not possible on the collection machines; GET and POST are, and the others on one"
                        + " resource of it",
                "POST | machines/m1 | POST is not possible on one resource; GET, PUT, PATCH and DELETE are",
                "PATCH | machines/m1/status | the status of machines is written by Garboard itself; GET is possible",
                "POST | leases | leases are written by Garboard itself, from what it observes",
                "DELETE | images/i1 | images are written by the import only, which verifies them: garboard image"
                        + " import; a PATCH of spec.preferred is possible",
                "DELETE | operatorcertificates/ab | certificates are issued and revoked, see garboard certificate;"
                        + " POST and PATCH are possible"
            })
    void whatIsNotPossibleIsSaidWithWhatIs(String method, String path, String message) {
        var refusal = assertThrows(RefusedException.class, () -> verb(method, path, ""))
                .refusal();

        assertEquals(message, refusal.message());
        assertEquals(405, refusal.code());
    }
}
