package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.garboard.inventory.EnrollmentRules.Candidate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EnrollmentRulesTest {

    static final EnrollmentRuleSpec.Match ANY =
            new EnrollmentRuleSpec.Match(List.of(), List.of(), List.of(), List.of());
    static final Candidate CANDIDATE = new Candidate(
            "52:54:00:00:00:01",
            Identities.seen(List.of("52:54:00:00:00:01"), null, "Ab/12 3", null),
            "192.168.77.10",
            "QEMU");

    @Test
    void withoutRulesAPersonDecides() {
        assertEquals(
                new EnrollmentRules.NoRule(
                        "there are no enrolment rules; accept the machine with `garboard machine accept`"),
                evaluate(List.of()));
    }

    @Test
    void theFirstByOrderThenNameDecides() {
        var rules = List.of(
                rule("c", 20, ANY, Acceptance.REJECTED, null, "x-{mac}"),
                rule("b", 10, ANY, Acceptance.ACCEPTED, null, "b-{mac}"),
                rule("a", 20, ANY, Acceptance.ACCEPTED, null, "a-{mac}"));

        assertEquals(new EnrollmentRules.Accept("b", "b-525400000001", Map.of("by", "b"), true), evaluate(rules));
    }

    @Test
    void aRuleCanReject() {
        assertEquals(
                new EnrollmentRules.Reject("no"),
                evaluate(List.of(rule("no", 1, ANY, Acceptance.REJECTED, null, "x-{n}"))));
    }

    @Test
    void everyGivenConditionMustHold() {
        var match = new EnrollmentRuleSpec.Match(
                List.of("10.0.0.0/8", "192.168.77.0/24"), List.of("52:54:00"), List.of("QEMU"), List.of("Ab/12 3"));

        assertInstanceOf(
                EnrollmentRules.Accept.class,
                evaluate(List.of(rule("all", 1, match, Acceptance.ACCEPTED, null, "x-{mac}"))));
        assertEquals(
                new EnrollmentRules.NoRule(
                        "no enrolment rule accepts it (other: its MAC address 52:54:00:00:00:01 begins with"
                                + " none of [0c:c4]); accept the machine with `garboard machine accept`"),
                evaluate(List.of(rule(
                        "other",
                        1,
                        new EnrollmentRuleSpec.Match(List.of(), List.of("0c:c4"), List.of(), List.of()),
                        Acceptance.ACCEPTED,
                        null,
                        "x-{mac}"))));
    }

    @Test
    void namesCountFromTheSmallestFreeNumber() {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, null, "vm-{n}")),
                CANDIDATE,
                List.of(Samples.machine("vm-1"), Samples.machine("vm-3")));

        assertEquals("vm-2", ((EnrollmentRules.Accept) verdict).name());
    }

    @Test
    void serialsAreMadeIntoNames() {
        var verdict = evaluate(List.of(rule("s", 1, ANY, Acceptance.ACCEPTED, null, "n-{serial}")));

        assertEquals("n-ab-12-3", ((EnrollmentRules.Accept) verdict).name());
    }

    @Test
    void aRuleAtItsLimitIsPassedOver() {
        var accepted = Samples.machine("vm-1");
        var counted = accepted.withMetadata(
                accepted.metadata().withAnnotations(Map.of(EnrollmentRules.RULE_ANNOTATION, "vm")));
        var rules = List.of(
                rule("vm", 1, ANY, Acceptance.ACCEPTED, 1, "vm-{n}"),
                rule("rest", 2, ANY, Acceptance.ACCEPTED, null, "rest-{n}"));

        var verdict = EnrollmentRules.evaluate(rules, CANDIDATE, List.of(counted));

        assertEquals("rest-1", ((EnrollmentRules.Accept) verdict).name());
    }

    @Test
    void aTakenNameIsNotGivenTwice() {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("m", 1, ANY, Acceptance.ACCEPTED, null, "m-{mac}")),
                CANDIDATE,
                List.of(Samples.machine("m-525400000001")));

        assertEquals(
                new EnrollmentRules.NoRule("no enrolment rule accepts it (m: the name m-525400000001 belongs to another"
                        + " machine); accept the machine with `garboard machine accept`"),
                verdict);
    }

    private static EnrollmentRules.Verdict evaluate(List<Resource<EnrollmentRuleSpec, NoStatus>> rules) {
        return EnrollmentRules.evaluate(rules, CANDIDATE, List.of());
    }

    private static Resource<EnrollmentRuleSpec, NoStatus> rule(
            String name,
            int order,
            EnrollmentRuleSpec.Match match,
            Acceptance action,
            @Nullable Integer limit,
            String pattern) {
        return Samples.rule(name)
                .withSpec(new EnrollmentRuleSpec(order, match, action, limit, pattern, Map.of("by", name), true));
    }
}
