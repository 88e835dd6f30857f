package dev.garboard.trust;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the bearer of a certificate may be. People's roles are ordered, each holds those below it; nodes and the server stand beside that
 * order and hold only themselves.
 */
public enum Role {
    READER,
    OPERATOR,
    ADMIN,
    NODE,
    SERVER;

    private static final String PREFIX = "garboard:";

    /** The certificate's organisation, for example {@code garboard:reader}. */
    public String organization() {
        return PREFIX + word();
    }

    /** The role as people write it, for example {@code reader}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this is a role that a person may have. */
    public boolean isPersons() {
        return this != NODE && this != SERVER;
    }

    /** Whether a bearer of this role may do what needs that one. */
    public boolean permits(Role needed) {
        return (isPersons() && needed.isPersons()) ? compareTo(needed) >= 0 : this == needed;
    }

    /** The role that an organisation names; empty for any other organisation. */
    public static Optional<Role> ofOrganization(String organization) {
        return Arrays.stream(values())
                .filter(role -> role.organization().equals(organization))
                .findFirst();
    }

    /**
     * The role written as {@link #word}.
     *
     * @throws TrustException for any other word
     */
    public static Role ofWord(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new TrustException("there is no role \"" + word + "\"; roles are "
                        + Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "))));
    }
}
