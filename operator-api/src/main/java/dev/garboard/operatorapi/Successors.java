package dev.garboard.operatorapi;

import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.RawRow;
import dev.garboard.inventory.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is revoked along with a certificate: what was issued with it, and with that, and so on. Pure. */
final class Successors {

    /** A row of the book; the spec is null when the row cannot be read. */
    private record Entry(String serial, @Nullable OperatorCertificateSpec spec) {}

    private final Map<String, List<Entry>> byParent = new HashMap<>();

    private Successors(
            Collection<Resource<OperatorCertificateSpec, NoStatus>> certificates, Map<String, String> unreadable) {
        for (var one : certificates) {
            add(one.spec().issuedWith(), new Entry(one.name(), one.spec()));
        }
        // Itself it counts as revoked; what was issued with it must not escape by that.
        unreadable.forEach(
                (serial, body) -> add(RawRow.word(body, "issuedWith").orElse(null), new Entry(serial, null)));
    }

    private void add(@Nullable String parent, Entry entry) {
        if (parent != null) {
            byParent.computeIfAbsent(parent, _ -> new ArrayList<>()).add(entry);
        }
    }

    /**
     * The certificates that are to be revoked and are not, each with the revoked one that it goes with.
     *
     * @param certificates the book
     * @param unreadable its other rows, as text by serial number
     */
    static Map<String, Resource<OperatorCertificateSpec, NoStatus>> ofRevoked(
            Collection<Resource<OperatorCertificateSpec, NoStatus>> certificates, Map<String, String> unreadable) {
        var all = new Successors(certificates, unreadable);
        var found = new TreeMap<String, Resource<OperatorCertificateSpec, NoStatus>>();
        for (var root : certificates) {
            var revoked = root.spec().revoked();
            var reach = revoked == null ? null : revoked.reach();
            if (reach != null && reach != Reach.ALONE) {
                all.below(root, reach).forEach(serial -> found.putIfAbsent(serial, root));
            }
            if (revoked != null) {
                ofTheSameKey(root, certificates).forEach(serial -> found.putIfAbsent(serial, root));
            }
        }
        return found;
    }

    /** A key that is taken back is refused only until its revoked certificate ends; another one for it may last longer. */
    private static List<String> ofTheSameKey(
            Resource<OperatorCertificateSpec, NoStatus> root,
            Collection<Resource<OperatorCertificateSpec, NoStatus>> certificates) {
        var key = root.spec().keyDigest();
        return certificates.stream()
                .filter(one -> !key.isEmpty() && one.spec().revoked() == null)
                .filter(one -> one.spec().keyDigest().equals(key))
                .map(Resource::name)
                .toList();
    }

    private List<String> below(Resource<OperatorCertificateSpec, NoStatus> root, Reach reach) {
        var living = new ArrayList<String>();
        var seen = new HashSet<String>();
        var open = new ArrayDeque<String>();
        open.add(root.name());
        while (!open.isEmpty()) {
            var parent = open.remove();
            for (var entry : byParent.getOrDefault(parent, List.of())) {
                var spec = entry.spec();
                if (!goesWith(root.spec(), reach, parent, spec) || !seen.add(entry.serial())) {
                    continue;
                }
                open.add(entry.serial());
                if (spec != null && spec.revoked() == null) {
                    living.add(entry.serial());
                }
            }
        }
        return living;
    }

    /** Whose name is lost, because the row could not be read, is followed by what was renewed and not by name. */
    private static boolean goesWith(
            OperatorCertificateSpec root, Reach reach, String parent, @Nullable OperatorCertificateSpec spec) {
        return reach == Reach.ISSUED
                || spec == null
                || spec.subject().equals(root.subject())
                || (root.subject().isEmpty() && parent.equals(spec.renews()));
    }
}
