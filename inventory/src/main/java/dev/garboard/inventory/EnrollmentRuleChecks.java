package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Spelling;

/** The rules of an enrolment rule. */
final class EnrollmentRuleChecks {

    private EnrollmentRuleChecks() {}

    static void check(EnrollmentRuleSpec spec, Findings findings) {
        findings.expect(
                spec.action() != Acceptance.PENDING, "spec.action", Spelling.of(spec.action()), "Accepted or Rejected");
        findings.expect(
                spec.limit() == null || spec.limit() >= 1,
                "spec.limit",
                String.valueOf(spec.limit()),
                "1 or more, or none");
        findings.labels("spec.labels", spec.labels());
        var sample = NamePattern.fill(spec.namePattern(), "525400000001", "serial", 1);
        findings.expect(
                NamePattern.isKnown(spec.namePattern()) && Syntax.dnsSubdomain(sample),
                "spec.namePattern",
                spec.namePattern(),
                "lower-case letters, digits, '-', '.' and the placeholders {mac}, {serial} and {n}");
        findings.expect(
                NamePattern.tellsApart(spec.namePattern()) || Integer.valueOf(1).equals(spec.limit()),
                "spec.namePattern",
                spec.namePattern(),
                "at least one of {mac}, {serial} and {n}, or a limit of 1");

        var match = spec.match();
        for (int i = 0; i < match.subnets().size(); i++) {
            findings.expect(
                    Ipv4Block.parse(match.subnets().get(i)).isPresent(),
                    "spec.match.subnets[" + i + "]",
                    match.subnets().get(i),
                    "a network such as 192.168.77.0/24");
        }
        for (int i = 0; i < match.macPrefixes().size(); i++) {
            findings.expect(
                    isMacPrefix(match.macPrefixes().get(i)),
                    "spec.match.macPrefixes[" + i + "]",
                    match.macPrefixes().get(i),
                    "one to six bytes in lower case with colons, such as 52:54:00");
        }
    }

    private static boolean isMacPrefix(String text) {
        var octets = text.split(":", -1);
        for (var octet : octets) {
            if (!Syntax.hex(octet, 2)) {
                return false;
            }
        }
        return octets.length <= 6;
    }
}
