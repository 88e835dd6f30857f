package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which enrolment rules are refused, and why. */
class EnrollmentRuleChecksTest {

    private static final EnrollmentRuleSpec.Match ANY =
            new EnrollmentRuleSpec.Match(List.of(), List.of(), List.of(), List.of());

    private static List<String> problems(EnrollmentRuleSpec spec) {
        var findings = new Findings();
        EnrollmentRuleChecks.check(spec, findings);
        try {
            findings.throwIfAny();
            return List.of();
        } catch (InvalidResourceException refused) {
            return refused.problems();
        }
    }

    private static EnrollmentRuleSpec rule(Acceptance action, @Nullable Integer limit, String pattern) {
        return new EnrollmentRuleSpec(1, ANY, action, limit, pattern, Map.of(), false);
    }

    private static EnrollmentRuleSpec matching(List<String> subnets, List<String> prefixes) {
        return new EnrollmentRuleSpec(
                1,
                new EnrollmentRuleSpec.Match(subnets, prefixes, List.of(), List.of()),
                Acceptance.ACCEPTED,
                null,
                "n-{n}",
                Map.of(),
                false);
    }

    @Test
    void aRuleAcceptsOrRejects() {
        assertEquals(List.of(), problems(rule(Acceptance.REJECTED, null, "n-{n}")));
        assertEquals(
                List.of("spec.action: found Pending, expected Accepted or Rejected"),
                problems(rule(Acceptance.PENDING, null, "n-{n}")));
    }

    @Test
    void aLimitIsOneOrMore() {
        assertEquals(List.of(), problems(rule(Acceptance.ACCEPTED, 1, "n-{n}")));
        assertEquals(
                List.of("spec.limit: found 0, expected 1 or more, or none"),
                problems(rule(Acceptance.ACCEPTED, 0, "n-{n}")));
    }

    @Test
    void onlyARuleForOneMachineMayGiveOneName() {
        assertEquals(List.of(), problems(rule(Acceptance.ACCEPTED, 1, "gateway")));
        for (Integer limit : new Integer[] {null, 2}) {
            assertEquals(
                    List.of(
                            "spec.namePattern: found gateway, expected at least one of {mac}, {serial} and {n}, or a limit"
                                    + " of 1"),
                    problems(rule(Acceptance.ACCEPTED, limit, "gateway")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n-{mac}", "n-{serial}", "n-{n}.lab", "{mac}"})
    void patternsThatMakeNames(String pattern) {
        assertEquals(List.of(), problems(rule(Acceptance.ACCEPTED, null, pattern)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"N-{n}", "n-{n}-", "n {n}", "{host}-{n}", "n-{n}}"})
    void patternsThatMakeNone(String pattern) {
        assertEquals(
                List.of(
                        "spec.namePattern: found " + pattern
                                + ", expected lower-case letters, digits, '-', '.' and the placeholders {mac}, {serial} and {n}"),
                problems(rule(Acceptance.ACCEPTED, null, pattern)));
    }

    @Test
    void conditionsThatCouldNeverHoldAreNamedWithTheirPlace() {
        assertEquals(
                List.of(
                        "spec.match.subnets[1]: found lab, expected a network such as 192.168.77.0/24",
                        "spec.match.macPrefixes[2]: found 52:5, expected one to six bytes in lower case with colons, such as"
                                + " 52:54:00",
                        "spec.match.macPrefixes[3]: found 52:54:00:00:00:01:02, expected one to six bytes in lower case with"
                                + " colons, such as 52:54:00",
                        "spec.match.macPrefixes[4]: found 0C:C4, expected one to six bytes in lower case with colons, such as"
                                + " 52:54:00"),
                problems(matching(
                        List.of("192.168.77.0/24", "lab"),
                        List.of("52", "52:54:00:00:00:01", "52:5", "52:54:00:00:00:01:02", "0C:C4"))));
    }

    @Test
    void labelsFollowTheRulesOfLabels() {
        var spec = new EnrollmentRuleSpec(1, ANY, Acceptance.ACCEPTED, null, "n-{n}", Map.of("a b", "c"), false);

        assertEquals(1, problems(spec).size());
    }
}
