package dev.garboard.operatorapi;

import dev.garboard.inventory.MalformedTextException;
import dev.garboard.inventory.StrictText;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The bodies of requests: JSON, or YAML where a person writes them; {@link StrictText} says how they are read. */
final class Bodies {

    private static final List<String> YAML_TYPES = List.of("application/yaml", "application/x-yaml", "text/yaml");
    private static final String MERGE_PATCH = "application/merge-patch+json";

    private Bodies() {}

    /** The resource in the body. */
    static ObjectNode object(ApiCall call) {
        var type = call.contentType();
        if (type == null || type.equals("application/json")) {
            return requireObject(parse(StrictText::json, call.body()));
        }
        if (YAML_TYPES.contains(type)) {
            return requireObject(parse(StrictText::yaml, call.body()));
        }
        throw new RefusedException(Refusal.unsupportedMediaType(
                "the content type is " + type + ", expected application/json or application/yaml"));
    }

    /** The name that a body gives its resource, as far as it can be told before the body is checked. */
    static String nameIn(ObjectNode body) {
        var name = body.path("metadata").path("name");
        return name.isString() ? name.stringValue() : "";
    }

    /** As {@link #nameIn}, for the audit log: empty when the body cannot be read. */
    static String nameHint(ApiCall call) {
        try {
            return nameIn(object(call));
        } catch (RefusedException unreadable) {
            return "";
        }
    }

    /** The merge patch in the body. */
    static ObjectNode patch(ApiCall call) {
        var type = call.contentType();
        if (MERGE_PATCH.equals(type)) {
            return requireObject(parse(StrictText::json, call.body()));
        }
        var remedy = "application/apply-patch+yaml".equals(type)
                ? "; server-side apply is not supported, use kubectl apply without --server-side"
                : "; with kubectl patch use --type=merge";
        throw new RefusedException(
                Refusal.unsupportedMediaType("the patch is of type " + type + ", expected " + MERGE_PATCH + remedy));
    }

    static ObjectNode requireObject(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new RefusedException(Refusal.badRequest("the body is "
                + (tree.isMissingNode() ? "empty" : "of type " + tree.getNodeType()) + ", expected a JSON object"));
    }

    /**
     * What a deletion demands. Grace periods and propagation policies are accepted and mean nothing: nothing here has dependents.
     *
     * @param resourceVersion 0 when there is no condition on it
     */
    record DeleteOptions(@Nullable String uid, long resourceVersion, boolean dryRun) {}

    static DeleteOptions deleteOptions(ApiCall call) {
        if (call.body().isBlank()) {
            return new DeleteOptions(null, 0, call.dryRun());
        }
        var options = object(call);
        var dryRun = options.path("dryRun");
        if (!dryRun.isMissingNode()
                && !dryRun.isNull()
                && !dryRun.toString().equals("[\"All\"]")
                && !dryRun.isEmpty()) {
            throw new RefusedException(Refusal.badRequest("dryRun is " + dryRun + ", expected [\"All\"]"));
        }
        var conditions = options.path("preconditions");
        var uid = conditions.path("uid");
        var version = conditions.path("resourceVersion");
        return new DeleteOptions(
                uid.isString() ? uid.stringValue() : null,
                version.isString() ? number(version.stringValue()) : 0,
                call.dryRun() || dryRun.size() > 0);
    }

    private static long number(String resourceVersion) {
        try {
            return Long.parseLong(resourceVersion);
        } catch (NumberFormatException _) {
            throw new RefusedException(Refusal.badRequest("preconditions.resourceVersion is \"" + resourceVersion
                    + "\", expected a decimal number as this server gave it"));
        }
    }

    private static JsonNode parse(Function<String, JsonNode> language, String text) {
        try {
            return language.apply(text);
        } catch (MalformedTextException malformed) {
            throw new RefusedException(Refusal.badRequest("the body cannot be read: " + malformed.getMessage()));
        }
    }
}
