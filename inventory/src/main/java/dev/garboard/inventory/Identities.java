package dev.garboard.inventory;

import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Brings what firmware says about a machine into one form, and drops what says nothing. */
public final class Identities {

    /** More than any machine has cards; what a machine reports is bounded. */
    private static final int MAX_MACS = 64;

    private Identities() {}

    /** The MAC address in lower case with colons; empty for placeholders, group addresses and what is no MAC address. */
    public static Optional<String> normalizeMac(String text) {
        return MacAddresses.normalize(text).filter(MacAddresses::isIndividual);
    }

    /** The UUID in canonical form; empty for placeholders and what is no UUID. */
    public static Optional<String> normalizeUuid(String text) {
        var digits = text.strip()
                .toLowerCase(Locale.ROOT)
                .replace("-", "")
                .replace("{", "")
                .replace("}", "");
        if (!Syntax.hex(digits, 32) || Placeholders.isUuid(digits)) {
            return Optional.empty();
        }
        return Optional.of(new UUID(
                        Long.parseUnsignedLong(digits.substring(0, 16), 16),
                        Long.parseUnsignedLong(digits.substring(16), 16))
                .toString());
    }

    /** The serial without surrounding blanks; empty for placeholders. */
    public static Optional<String> normalizeSerial(String text) {
        var serial = text.strip();
        return Placeholders.isSerial(serial) ? Optional.empty() : Optional.of(serial);
    }

    /** What was seen of a machine, normalised; placeholders and what is malformed are dropped. */
    public static MachineIdentity seen(
            Collection<String> macs,
            @Nullable String uuid,
            @Nullable String systemSerial,
            @Nullable String boardSerial) {
        return new MachineIdentity(
                macs.stream()
                        .flatMap(mac -> normalizeMac(mac).stream())
                        .limit(MAX_MACS)
                        .toList(),
                uuid == null ? null : normalizeUuid(uuid).orElse(null),
                systemSerial == null ? null : normalizeSerial(systemSerial).orElse(null),
                boardSerial == null ? null : normalizeSerial(boardSerial).orElse(null));
    }

    /** Whether two canonical UUIDs are the same, perhaps with the first three fields in the other byte order. */
    public static boolean sameUuid(String left, String right) {
        return left.equals(right) || left.equals(swapped(right));
    }

    /** The UUID as firmware writes it that takes the first three fields for little-endian (RFC 4578 section 2.2). */
    static String swapped(String uuid) {
        return reversed(uuid.substring(0, 8)) + "-" + reversed(uuid.substring(9, 13)) + "-"
                + reversed(uuid.substring(14, 18)) + uuid.substring(18);
    }

    /** Which of the machines was seen. Pure; for many machines ask {@link MachineIndex}. */
    public static IdentityMatch match(MachineIdentity seen, Collection<Resource<MachineSpec, MachineStatus>> machines) {
        return new IdentityMatcher(seen, machines).match();
    }

    /**
     * What is known of a machine after it was seen once more. What is known stays: a value that differs is for a person to decide.
     */
    public static MachineIdentity fuse(MachineIdentity known, MachineIdentity seen) {
        return new MachineIdentity(
                Stream.concat(known.macs().stream(), seen.macs().stream())
                        .distinct()
                        .limit(MAX_MACS)
                        .toList(),
                known.uuid() != null ? known.uuid() : seen.uuid(),
                known.systemSerial() != null ? known.systemSerial() : seen.systemSerial(),
                known.boardSerial() != null ? known.boardSerial() : seen.boardSerial());
    }

    private static String reversed(String hex) {
        var octets = HexFormat.of().parseHex(hex);
        var text = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            text.append(HexFormat.of().toHexDigits(octets[i]));
        }
        return text.toString();
    }
}
