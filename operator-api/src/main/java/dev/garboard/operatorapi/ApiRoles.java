package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Role;
import java.util.List;

/**
 * Who may do what. Everybody reads; operators write. An enrollment rule lets machines in that nobody has looked at, so writing one takes
 * an admin. What Garboard writes itself is written by nobody here.
 */
final class ApiRoles {

    private static final List<Verb> READS = List.of(Verb.GET, Verb.LIST, Verb.WATCH);
    /** Which image is preferred is an operator's word; all the rest of an image is the import's. */
    private static final List<Verb> PREFER = List.of(Verb.GET, Verb.LIST, Verb.WATCH, Verb.PATCH);

    private ApiRoles() {}

    static Role needed(Verb verb, Kind<?, ?> kind) {
        if (!verb.isWrite()) {
            return Role.READER;
        }
        return kind.equals(Kinds.ENROLLMENT_RULE) ? Role.ADMIN : Role.OPERATOR;
    }

    /** The verbs that a kind has at all. */
    static List<Verb> verbs(Kind<?, ?> kind) {
        if (kind.equals(Kinds.IMAGE)) {
            return PREFER;
        }
        return isWrittenHere(kind) ? List.of(Verb.values()) : READS;
    }

    static boolean isWrittenHere(Kind<?, ?> kind) {
        return !kind.readOnly() && !kind.equals(Kinds.IMAGE);
    }

    /** Why a kind has no writes, and what writes it. */
    static String whyReadOnly(Kind<?, ?> kind) {
        return kind.equals(Kinds.IMAGE)
                ? "images are written by the import only, which verifies them: garboard image import; a PATCH of"
                        + " spec.preferred is possible"
                : kind.plural() + " are written by Garboard itself, from what it observes";
    }
}
