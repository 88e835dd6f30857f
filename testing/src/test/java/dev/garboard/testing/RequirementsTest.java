package dev.garboard.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequirementsTest {

    @Test
    void whatIsMissingSkipsTheTestAndFailsItWhereTheBuildIsStrict() {
        var skipped = assertThrows(
                TestAbortedException.class, () -> Requirements.require(false, "the program x is missing", false));
        var failed = assertThrows(
                AssertionFailedError.class, () -> Requirements.require(false, "the program x is missing", true));

        assertEquals("Assumption failed: skipped, the program x is missing", skipped.getMessage());
        assertEquals("the program x is missing ==> expected: <true> but was: <false>", failed.getMessage());
    }

    @Test
    void whatIsThereLetsTheTestGoOn() {
        Requirements.require(true, "nothing", true);
        Requirements.require(true, "nothing", false);
    }
}
