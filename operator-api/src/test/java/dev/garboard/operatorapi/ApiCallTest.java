package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiCallTest {

    private static ApiCall call(Map<String, List<String>> query) {
        return new ApiCall("GET", "/", query, "*/*", null, "", new Caller("alice", Set.of(Role.READER)), "", null);
    }

    /** Kubernetes, apimachinery, {@code Convert_Slice_string_To_bool}. */
    @ParameterizedTest
    @CsvSource({"true,true", "True,true", "1,true", "yes,true", "'',true", "0,false", "false,false", "False,false"})
    void everythingButZeroAndFalseIsTrue(String value, boolean expected) {
        assertEquals(expected, call(Map.of("watch", List.of(value))).flag("watch"));
    }

    @Test
    void aMissingFlagIsFalse() {
        assertFalse(call(Map.of()).flag("watch"));
    }

    @Test
    void aMissingParameterIsNullAndOfSeveralTheFirstCounts() {
        assertNull(call(Map.of()).parameter("limit"));
        assertNull(call(Map.of("limit", List.of())).parameter("limit"));
        assertEquals("1", call(Map.of("limit", List.of("1", "2"))).parameter("limit"));
    }

    @ParameterizedTest
    @CsvSource({"'',7", "0,0", "12,12"})
    void aNumberIsWholeAndNotNegative(String value, long expected) {
        assertEquals(expected, call(Map.of("limit", List.of(value))).number("limit", 7));
        assertEquals(7, call(Map.of()).number("limit", 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "many", "99999999999999999999"})
    void anythingElseIsNoNumber(String value) {
        var refusal = assertThrows(
                        RefusedException.class,
                        () -> call(Map.of("limit", List.of(value))).number("limit", 7))
                .refusal();

        assertEquals("the parameter limit is \"" + value + "\", expected a whole number from 0", refusal.message());
    }

    @Test
    void aDryRunIsOfAllOrNone() {
        assertFalse(call(Map.of()).dryRun());
        assertTrue(call(Map.of("dryRun", List.of("All"))).dryRun());
        for (var wrong : List.of(List.of("all"), List.of("All", "None"))) {
            var refusal = assertThrows(
                            RefusedException.class,
                            () -> call(Map.of("dryRun", wrong)).dryRun())
                    .refusal();
            assertEquals("the parameter dryRun is " + wrong + ", expected All", refusal.message());
        }
    }

    @Test
    void aCallWithoutAConnectionHasNoCertificate() {
        assertThrows(NullPointerException.class, () -> call(Map.of()).shown());
    }
}
