package dev.garboard.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides whether an unknown machine is accepted. Pure: rules and machines are passed in. */
public final class EnrollmentRules {

    /** Annotation on a machine: the rule that accepted it. Limits count by it. */
    public static final String RULE_ANNOTATION = "garboard.dev/enrollment-rule";

    private EnrollmentRules() {}

    /**
     * An unknown machine that asks.
     *
     * @param mac the one it booted from
     * @param address that it asks from, where known
     */
    public record Candidate(
            String mac,
            MachineIdentity identity,
            @Nullable String address,
            @Nullable String manufacturer) {}

    /** What the rules say. */
    public sealed interface Verdict {}

    /** Accepted: it gets this name and these labels. */
    public record Accept(String rule, String name, Map<String, String> labels, boolean weakAllowed)
            implements Verdict {}

    /** Rejected by this rule. */
    public record Reject(String rule) implements Verdict {}

    /** No rule decides; a person must. */
    public record NoRule(String reason) implements Verdict {}

    /**
     * Tries the rules by order, then name; the first that matches and can still accept decides.
     *
     * @param unreadable machines that are stored and cannot be read, as text by their names: these names are taken, and one whose text has
     *     the name of a rule counts for its limit
     */
    public static Verdict evaluate(
            Collection<Resource<EnrollmentRuleSpec, NoStatus>> rules,
            Candidate candidate,
            Collection<Resource<MachineSpec, MachineStatus>> machines,
            Map<String, String> unreadable) {
        var taken = names(machines);
        taken.addAll(unreadable.keySet());
        var ordered = rules.stream()
                .sorted(Comparator.<Resource<EnrollmentRuleSpec, NoStatus>>comparingInt(
                                r -> r.spec().order())
                        .thenComparing(Resource::name))
                .toList();
        var passed = new ArrayList<String>();
        for (var rule : ordered) {
            var mismatch = mismatch(rule.spec().match(), candidate);
            if (mismatch != null) {
                passed.add(rule.name() + ": " + mismatch);
                continue;
            }
            if (rule.spec().action() == Acceptance.REJECTED) {
                return new Reject(rule.name());
            }
            var refusal = refusal(rule, candidate, taken, acceptedBy(rule.name(), machines, unreadable));
            if (refusal == null) {
                var name = name(rule.spec().namePattern(), candidate, taken);
                return new Accept(
                        rule.name(), name, rule.spec().labels(), rule.spec().allowWeakIdentity());
            }
            passed.add(rule.name() + ": " + refusal);
        }
        return new NoRule(
                passed.isEmpty()
                        ? "there are no enrolment rules; accept the machine with `garboard machine accept`"
                        : "no enrolment rule accepts it (" + String.join("; ", passed)
                                + "); accept the machine with `garboard machine accept`");
    }

    private static @Nullable String mismatch(EnrollmentRuleSpec.Match match, Candidate candidate) {
        var address = candidate.address();
        if (!match.subnets().isEmpty()
                && (address == null || match.subnets().stream().noneMatch(cidr -> isIn(cidr, address)))) {
            return "its address " + (address == null ? "(unknown)" : address) + " is in none of " + match.subnets();
        }
        if (!match.macPrefixes().isEmpty() && match.macPrefixes().stream().noneMatch(candidate.mac()::startsWith)) {
            return "its MAC address " + candidate.mac() + " begins with none of " + match.macPrefixes();
        }
        if (!match.manufacturers().isEmpty() && !contains(match.manufacturers(), candidate.manufacturer())) {
            return "its manufacturer " + candidate.manufacturer() + " is none of " + match.manufacturers();
        }
        if (!match.serials().isEmpty()
                && !contains(match.serials(), candidate.identity().systemSerial())) {
            return "its serial " + candidate.identity().systemSerial() + " is none of those listed";
        }
        return null;
    }

    private static boolean isIn(String cidr, String address) {
        return Ipv4Block.parse(cidr).filter(block -> block.contains(address)).isPresent();
    }

    private static boolean contains(List<String> values, @Nullable String value) {
        return value != null && values.contains(value);
    }

    private static @Nullable String refusal(
            Resource<EnrollmentRuleSpec, NoStatus> rule, Candidate candidate, Set<String> taken, long accepted) {
        var limit = rule.spec().limit();
        if (limit != null && accepted >= limit) {
            return "it accepted " + accepted + " machines already, its limit";
        }
        var pattern = rule.spec().namePattern();
        if (NamePattern.needsSerial(pattern) && candidate.identity().systemSerial() == null) {
            return "its name pattern asks for a serial, and the machine has none";
        }
        var name = name(pattern, candidate, taken);
        if (!Syntax.dnsSubdomain(name)) {
            return "its name pattern gives " + name + ", which is no machine name";
        }
        return taken.contains(name) ? "the name " + name + " belongs to another machine" : null;
    }

    private static long acceptedBy(
            String rule, Collection<Resource<MachineSpec, MachineStatus>> machines, Map<String, String> unreadable) {
        var readable = names(machines);
        return machines.stream()
                        .filter(machine -> rule.equals(machine.metadata().annotation(RULE_ANNOTATION)))
                        .count()
                // One that was readable until now is known as it was then.
                + unreadable.entrySet().stream()
                        .filter(row -> !readable.contains(row.getKey()) && RawRow.mentions(row.getValue(), rule))
                        .count();
    }

    private static String name(String pattern, Candidate candidate, Set<String> taken) {
        var mac = MacAddresses.compact(candidate.mac());
        var known = candidate.identity().systemSerial();
        var serial = known == null ? "" : known;
        int number = 1;
        if (NamePattern.counts(pattern)) {
            while (taken.contains(NamePattern.fill(pattern, mac, serial, number))) {
                number++;
            }
        }
        return NamePattern.fill(pattern, mac, serial, number);
    }

    private static Set<String> names(Collection<Resource<MachineSpec, MachineStatus>> machines) {
        return machines.stream().map(Resource::name).collect(Collectors.toCollection(HashSet::new));
    }
}
