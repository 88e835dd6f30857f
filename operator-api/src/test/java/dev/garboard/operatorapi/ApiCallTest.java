package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
