package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.trust.AccessTable;
import dev.garboard.trust.Role;
import java.util.Arrays;
import java.util.List;

/** Which verbs a kind has, and the role that each needs: what the {@link AccessTable} says of it. */
final class ApiRoles {

    private ApiRoles() {}

    /** The role that a verb on a kind needs. */
    static Role needed(Verb verb, Kind<?, ?> kind) {
        return AccessTable.ofResource(kind.plural(), verb.word())
                .orElseThrow(() -> new IllegalArgumentException(kind.plural() + " have no " + verb.word()));
    }

    /** The verbs that a kind has at all. */
    static List<Verb> verbs(Kind<?, ?> kind) {
        return Arrays.stream(Verb.values())
                .filter(verb ->
                        AccessTable.ofResource(kind.plural(), verb.word()).isPresent())
                .toList();
    }

    static boolean isWrittenHere(Kind<?, ?> kind) {
        return !kind.readOnly() && !kind.equals(Kinds.IMAGE) && !kind.equals(Kinds.OPERATOR_CERTIFICATE);
    }

    /** Why a kind has no writes, and what writes it. */
    static String whyReadOnly(Kind<?, ?> kind) {
        if (kind.equals(Kinds.OPERATOR_CERTIFICATE)) {
            return "certificates are issued and revoked, see garboard certificate; POST and PATCH are possible";
        }
        return kind.equals(Kinds.IMAGE)
                ? "images are written by the import only, which verifies them: garboard image import; a PATCH of"
                        + " spec.preferred is possible"
                : kind.plural() + " are written by Garboard itself, from what it observes";
    }
}
