package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which unknown machines are accepted without a person. Rules are tried by ascending order, then name; the first match decides.
 *
 * @param action accept or reject
 * @param limit how many machines this rule may accept in all; null means no limit
 * @param namePattern name for the machine: {@code {mac}} is the boot MAC without separators, {@code {serial}} the system
 *     serial, {@code {n}} the smallest free number from 1
 * @param labels set on accepted machines
 * @param allowWeakIdentity whether boot session and subnet are proof enough
 */
public record EnrollmentRuleSpec(
        @Default("100") int order,
        @Default("{}") Match match,
        Acceptance action,
        @Nullable Integer limit,
        @Default("node-{mac}") String namePattern,
        Map<String, String> labels,
        @Default("false") boolean allowWeakIdentity) {

    public EnrollmentRuleSpec {
        labels = Map.copyOf(labels);
    }

    /**
     * All that are given must match; an empty list matches anything.
     *
     * @param subnets CIDR blocks that the machine's address must be in
     * @param macPrefixes lower case with colons, for example {@code 52:54:00}
     * @param manufacturers exact SMBIOS system manufacturers
     * @param serials exact system serials
     */
    public record Match(
            List<String> subnets, List<String> macPrefixes, List<String> manufacturers, List<String> serials) {

        public Match {
            subnets = List.copyOf(subnets);
            macPrefixes = List.copyOf(macPrefixes);
            manufacturers = List.copyOf(manufacturers);
            serials = List.copyOf(serials);
        }
    }
}
