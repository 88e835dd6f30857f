package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.garboard.inventory.EnrollmentRules.Candidate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

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
        var last = rule("a", 20, ANY, Acceptance.ACCEPTED, null, "a-{mac}");
        var second = rule("c", 10, ANY, Acceptance.ACCEPTED, null, "c-{mac}");
        var first = rule("b", 10, ANY, Acceptance.ACCEPTED, null, "b-{mac}");

        // However they are listed, and with one after the other gone.
        for (var rules :
                List.of(List.of(last, second, first), List.of(first, second, last), List.of(second, first, last))) {
            assertEquals(new EnrollmentRules.Accept("b", "b-525400000001", Map.of("by", "b"), true), evaluate(rules));
        }
        assertEquals(
                new EnrollmentRules.Accept("c", "c-525400000001", Map.of("by", "c"), true),
                evaluate(List.of(last, second)));
    }

    @Test
    void aRuleCanReject() {
        assertEquals(
                new EnrollmentRules.Reject("no"),
                evaluate(List.of(rule("no", 1, ANY, Acceptance.REJECTED, null, "x-{n}"))));
    }

    static final EnrollmentRuleSpec.Match ALL = new EnrollmentRuleSpec.Match(
            List.of("10.0.0.0/8", "192.168.77.0/24"),
            List.of("0c:c4", "52:54:00"),
            List.of("QEMU"),
            List.of("Ab/12 3"));

    /** A candidate that meets all conditions but one, and what is said of it. */
    record Lacking(Candidate candidate, String reason) {}

    static final List<Lacking> lacking = List.of(
            new Lacking(
                    candidate("52:54:00:00:00:01", "Ab/12 3", "192.168.78.10", "QEMU"),
                    "its address 192.168.78.10 is in none of [10.0.0.0/8, 192.168.77.0/24]"),
            new Lacking(
                    candidate("52:54:00:00:00:01", "Ab/12 3", null, "QEMU"),
                    "its address (unknown) is in none of [10.0.0.0/8, 192.168.77.0/24]"),
            new Lacking(
                    candidate("52:54:01:00:00:01", "Ab/12 3", "192.168.77.10", "QEMU"),
                    "its MAC address 52:54:01:00:00:01 begins with none of [0c:c4, 52:54:00]"),
            new Lacking(
                    candidate("52:54:00:00:00:01", "Ab/12 3", "192.168.77.10", "QEMU Inc."),
                    "its manufacturer QEMU Inc. is none of [QEMU]"),
            new Lacking(
                    candidate("52:54:00:00:00:01", "Ab/12 3", "192.168.77.10", null),
                    "its manufacturer null is none of [QEMU]"),
            new Lacking(
                    candidate("52:54:00:00:00:01", "Ab/12 4", "192.168.77.10", "QEMU"),
                    "its serial Ab/12 4 is none of those listed"),
            new Lacking(
                    candidate("52:54:00:00:00:01", null, "192.168.77.10", "QEMU"),
                    "its serial null is none of those listed"));

    @Test
    void whoMeetsEveryConditionIsAccepted() {
        assertEquals(
                new EnrollmentRules.Accept("all", "x-525400000001", Map.of("by", "all"), true),
                evaluate(List.of(rule("all", 1, ALL, Acceptance.ACCEPTED, null, "x-{mac}"))));
    }

    @ParameterizedTest
    @FieldSource("lacking")
    void everyGivenConditionMustHold(Lacking one) {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("all", 1, ALL, Acceptance.ACCEPTED, null, "x-{mac}")),
                one.candidate(),
                List.of(),
                Map.of());

        assertEquals(
                new EnrollmentRules.NoRule("no enrolment rule accepts it (all: " + one.reason()
                        + "); accept the machine with `garboard machine accept`"),
                verdict);
    }

    /** A rule that rejects is as choosy. */
    @ParameterizedTest
    @FieldSource("lacking")
    void aRuleRejectsOnlyThoseItMeans(Lacking one) {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("no", 1, ALL, Acceptance.REJECTED, null, "x-{mac}")),
                one.candidate(),
                List.of(),
                Map.of());

        assertInstanceOf(EnrollmentRules.NoRule.class, verdict);
    }

    @Test
    void aLimitCountsTheMachinesOfItsOwnRuleOnly() {
        var others = List.of(acceptedBy("vm-1", "rest"), acceptedBy("vm-2", "rest"), Samples.machine("vm-3"));

        var verdict = EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, 2, "x-{n}")), CANDIDATE, others, Map.of());

        assertEquals(new EnrollmentRules.Accept("vm", "x-1", Map.of("by", "vm"), true), verdict);
    }

    private static Resource<MachineSpec, MachineStatus> acceptedBy(String machine, String rule) {
        var made = Samples.machine(machine);
        return made.withMetadata(made.metadata().withAnnotations(Map.of(EnrollmentRules.RULE_ANNOTATION, rule)));
    }

    private static Candidate candidate(
            String mac, @Nullable String serial, @Nullable String address, @Nullable String manufacturer) {
        return new Candidate(mac, Identities.seen(List.of(mac), null, serial, null), address, manufacturer);
    }

    @Test
    void namesCountFromTheSmallestFreeNumber() {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, null, "vm-{n}")),
                CANDIDATE,
                List.of(Samples.machine("vm-1"), Samples.machine("vm-3")),
                Map.of());

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

        var verdict = EnrollmentRules.evaluate(rules, CANDIDATE, List.of(counted), Map.of());

        assertEquals("rest-1", ((EnrollmentRules.Accept) verdict).name());
    }

    @Test
    void aTakenNameIsNotGivenTwice() {
        var verdict = EnrollmentRules.evaluate(
                List.of(rule("m", 1, ANY, Acceptance.ACCEPTED, null, "m-{mac}")),
                CANDIDATE,
                List.of(Samples.machine("m-525400000001")),
                Map.of());

        assertEquals(
                new EnrollmentRules.NoRule("no enrolment rule accepts it (m: the name m-525400000001 belongs to another"
                        + " machine); accept the machine with `garboard machine accept`"),
                verdict);
    }

    @Test
    void whyARuleThatMatchesDoesNotAcceptIsSaid() {
        var full = EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, 2, "vm-{n}")),
                CANDIDATE,
                List.of(acceptedBy("vm-1", "vm"), acceptedBy("vm-2", "vm")),
                Map.of());
        var bySerial = List.of(rule("s", 1, ANY, Acceptance.ACCEPTED, null, "n-{serial}"));
        var without = EnrollmentRules.evaluate(
                bySerial, candidate("52:54:00:00:00:01", null, null, null), List.of(), Map.of());
        var serial = "ab1cd2ef3gh4ij5kl6mn7op8qr9st0uv1wx2yz3ba4dc5fe6hg7ji8lk9nm0po1rq2";
        var tooLong = EnrollmentRules.evaluate(
                bySerial, candidate("52:54:00:00:00:01", serial, null, null), List.of(), Map.of());

        assertEquals(passedOver("vm: it accepted 2 machines already, its limit"), full);
        assertEquals(passedOver("s: its name pattern asks for a serial, and the machine has none"), without);
        assertEquals(passedOver("s: its name pattern gives n-" + serial + ", which is no machine name"), tooLong);
    }

    private static EnrollmentRules.NoRule passedOver(String why) {
        return new EnrollmentRules.NoRule(
                "no enrolment rule accepts it (" + why + "); accept the machine with `garboard machine accept`");
    }

    @Test
    void theNameOfAMachineThatCannotBeReadIsTaken() {
        var unreadable = Map.of("vm-1", "{", "m-525400000001", "");

        var counted = EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, null, "vm-{n}")), CANDIDATE, List.of(), unreadable);
        var named = EnrollmentRules.evaluate(
                List.of(rule("m", 1, ANY, Acceptance.ACCEPTED, null, "m-{mac}")), CANDIDATE, List.of(), unreadable);

        assertEquals("vm-2", ((EnrollmentRules.Accept) counted).name());
        assertInstanceOf(EnrollmentRules.NoRule.class, named);
    }

    @Test
    void aMachineThatCannotBeReadCountsForTheLimitOfTheRuleThatItsTextNames() {
        var unreadable = Map.of("vm-1", "{\"annotations\":{\"garboard.dev/enrollment-rule\":\"vm\"}", "vm-2", "{");
        var known = List.of(acceptedBy("vm-1", "vm"));

        assertInstanceOf(EnrollmentRules.NoRule.class, limited(1, List.of(), unreadable));
        assertInstanceOf(EnrollmentRules.Accept.class, limited(2, List.of(), unreadable));
        assertInstanceOf(EnrollmentRules.Accept.class, limited(2, known, unreadable));
    }

    private static EnrollmentRules.Verdict limited(
            int limit, List<Resource<MachineSpec, MachineStatus>> machines, Map<String, String> unreadable) {
        return EnrollmentRules.evaluate(
                List.of(rule("vm", 1, ANY, Acceptance.ACCEPTED, limit, "vm-{n}")), CANDIDATE, machines, unreadable);
    }

    private static EnrollmentRules.Verdict evaluate(List<Resource<EnrollmentRuleSpec, NoStatus>> rules) {
        return EnrollmentRules.evaluate(rules, CANDIDATE, List.of(), Map.of());
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
