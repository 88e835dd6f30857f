package dev.garboard.operatorapi;

import dev.garboard.operatorapi.Refusal.Cause;

/**
 * Which state a list asks for, with the rules of Kubernetes (API concepts, "Resource versions"; {@code ValidateListOptions} of
 * apimachinery). History is kept for watches only, so an exact state is served while it is the newest one, and is expired after that.
 */
final class ListOptions {

    private static final String MATCH = "resourceVersionMatch";
    private static final String EXACT = "Exact";
    private static final String NOT_OLDER_THAN = "NotOlderThan";

    private ListOptions() {}

    /** Refuses parameters that do not go together. */
    static void check(ApiCall call) {
        var match = text(call, MATCH);
        boolean initialEvents = call.parameter("sendInitialEvents") != null;
        if (call.flag("watch")) {
            checkWatch(call, match, initialEvents);
            return;
        }
        if (initialEvents) {
            throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
        if (match.isEmpty()) {
            return;
        }
        if (text(call, "resourceVersion").isEmpty()) {
            throw forbidden(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if (!text(call, "continue").isEmpty()) {
            throw forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided");
        }
        if (!match.equals(EXACT) && !match.equals(NOT_OLDER_THAN)) {
            throw unsupported(match, "\"Exact\", \"NotOlderThan\", \"\"");
        }
        if (match.equals(EXACT) && text(call, "resourceVersion").equals("0")) {
            throw forbidden(MATCH, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    private static void checkWatch(ApiCall call, String match, boolean initialEvents) {
        if (match.isEmpty()) {
            if (initialEvents) {
                throw forbidden(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            }
            return;
        }
        if (!initialEvents) {
            throw forbidden(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        if (!match.equals(NOT_OLDER_THAN)) {
            throw unsupported(match, "\"NotOlderThan\"");
        }
        if (!text(call, "continue").isEmpty()) {
            throw forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided");
        }
    }

    /**
     * Whether what was read serves the list that was asked for.
     *
     * @param current the revision that the list was read at
     * @throws RefusedException with 504 when it is older than what was asked for, with 410 when it is not the exact one
     */
    static void checkRevision(ApiCall call, long current) {
        long asked = call.number("resourceVersion", 0);
        if (asked == 0) {
            return;
        }
        if (!text(call, "continue").isEmpty()) {
            throw new RefusedException(
                    Refusal.badRequest("specifying resource version is not allowed when using continue"));
        }
        if (asked > current) {
            throw new RefusedException(Refusal.tooLargeResourceVersion(asked, current));
        }
        // A limit with a version and no word of how it is meant asks for exactly that version, as ever.
        boolean exact = text(call, MATCH).equals(EXACT) || (text(call, MATCH).isEmpty() && call.number("limit", 0) > 0);
        if (exact && asked < current) {
            throw new RefusedException(Refusal.expired("The resourceVersion for the provided list is too old."));
        }
    }

    private static String text(ApiCall call, String name) {
        var value = call.parameter(name);
        return value == null ? "" : value;
    }

    private static RefusedException forbidden(String field, String message) {
        return new RefusedException(
                Refusal.invalidListOptions(new Cause("FieldValueForbidden", field, "Forbidden: " + message)));
    }

    private static RefusedException unsupported(String found, String supported) {
        return new RefusedException(Refusal.invalidListOptions(new Cause(
                "FieldValueNotSupported",
                MATCH,
                "Unsupported value: \"" + found + "\": supported values: " + supported)));
    }
}
