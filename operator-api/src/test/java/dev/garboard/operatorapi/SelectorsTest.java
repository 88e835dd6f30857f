package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {

    private static final Map<String, String> LABELS = Map.of("role", "worker", "site", "x");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | true",
                "' ' | true",
                "role | true",
                "rack | false",
                "!role | false",
                "!rack | true",
                "! rack | true",
                "role=worker | true",
                "role==worker | true",
                "role = worker | true",
                "role=spare | false",
                "rack= | false",
                "role!=worker | false",
                "role!=spare | true",
                "rack!=a | true",
                "role in (spare,worker) | true",
                "role in ( spare , worker ) | true",
                "role in (spare) | false",
                "rack in (a) | false",
                "role notin (spare) | true",
                "role notin (spare,worker) | false",
                "rack notin (a) | true",
                "role in (spare,worker),site=x | true",
                "role in (spare,worker),site=y | false",
                "site=y,role in (spare,worker) | false",
                "site=x, role=worker, !rack | true"
            })
    void labelsAreSelectedAsKubernetesDoes(String selector, boolean selected) {
        assertEquals(selected, Selectors.labels(selector).test(LABELS));
    }

    @Test
    void noSelectorSelectsEverything() {
        assertTrue(Selectors.labels(null).test(LABELS));
        assertTrue(Selectors.name(null).test("m1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"role in (a", "-role", "!", "role=worker,", "a b=c", "ro le in (a)", "!=x"})
    void whatIsNoSelectorIsRefused(String selector) {
        var refusal = assertThrows(RefusedException.class, () -> Selectors.labels(selector))
                .refusal();

        assertEquals(400, refusal.code());
        assertTrue(refusal.message().contains("is not understood; expected key, !key, key=value"), refusal::message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metadata.name=m1 | true",
                "metadata.name==m1 | true",
                "metadata.name=m2 | false",
                "metadata.name!=m2 | true",
                "metadata.name!=m1 | false",
                "metadata.name=m1,metadata.name!=m2 | true",
                "metadata.name=m1,metadata.name!=m1 | false"
            })
    void namesAreSelectedByField(String selector, boolean selected) {
        assertEquals(selected, Selectors.name(selector).test("m1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"status.phase=Ready", "metadata.name", "metadata.name in (a)"})
    void otherFieldsAreRefused(String selector) {
        var refusal = assertThrows(RefusedException.class, () -> Selectors.name(selector))
                .refusal();

        assertEquals(400, refusal.code());
        assertTrue(refusal.message().contains("is not supported; metadata.name=NAME"), refusal::message);
    }

    @Test
    void bothSelectorsMustHold() {
        var machine = new Resource<>(
                Kinds.MACHINE,
                ObjectMeta.named("m1").withLabels(LABELS),
                MachineSpec.undecided(),
                MachineStatus.unseen());

        assertTrue(Selectors.of(call("role=worker", "metadata.name=m1")).test(machine));
        assertFalse(Selectors.of(call("role=worker", "metadata.name=m2")).test(machine));
        assertFalse(Selectors.of(call("role=spare", "metadata.name=m1")).test(machine));
    }

    private static ApiCall call(String labels, String fields) {
        return new ApiCall(
                "GET",
                "/",
                Map.of("labelSelector", List.of(labels), "fieldSelector", List.of(fields)),
                "*/*",
                null,
                "",
                new Caller("alice", Set.of(Role.READER)),
                "",
                null);
    }
}
