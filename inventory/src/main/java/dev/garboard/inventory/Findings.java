package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects what is wrong with a resource, so that a person hears of everything at once. */
final class Findings {

    private final List<Problem> problems = new ArrayList<>();

    void expect(boolean holds, String path, Object found, String expected) {
        if (!holds) {
            problems.add(new Problem(Problem.Sort.WRONG, path, "found " + shown(found) + ", expected " + expected));
        }
    }

    /** What another reader found. */
    void add(String path, String message) {
        problems.add(new Problem(Problem.Sort.WRONG, path, message));
    }

    void add(Problem problem) {
        problems.add(problem);
    }

    void name(String path, String value) {
        expect(
                Syntax.dnsSubdomain(value),
                path,
                value,
                "at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or"
                        + " digit");
    }

    void labels(String path, Map<String, String> labels) {
        new TreeMap<>(labels).forEach((key, value) -> {
            labelKey(path, key);
            expect(
                    Syntax.labelValue(value),
                    path + "[" + key + "]",
                    value,
                    "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit");
        });
    }

    void labelKey(String path, String key) {
        expect(
                Syntax.labelKey(key),
                path,
                key,
                "a key of at most 63 letters, digits, '-', '_' and '.', after an optional DNS prefix and '/'");
    }

    void mac(String path, String mac) {
        var normal = MacAddresses.normalize(mac);
        expect(
                normal.isPresent() && normal.get().equals(mac),
                path,
                mac,
                "a MAC address in lower case with colons"
                        + normal.map(m -> ": " + m).orElse(""));
        expect(normal.isEmpty() || MacAddresses.isIndividual(normal.get()), path, mac, "the address of one card");
    }

    boolean address(String path, String address) {
        var valid = Ipv4.number(address).isPresent();
        expect(valid, path, address, "an IPv4 address such as 192.168.77.10");
        return valid;
    }

    void addresses(String path, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            address(path + "[" + i + "]", addresses.get(i));
        }
    }

    boolean none() {
        return problems.isEmpty();
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new InvalidResourceException(problems);
        }
    }

    private static String shown(Object found) {
        var text = String.valueOf(found);
        return text.isEmpty() ? "\"\"" : text.length() > 80 ? text.substring(0, 77) + "..." : text;
    }
}
