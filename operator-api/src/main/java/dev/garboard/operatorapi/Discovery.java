package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ResourceJson;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the server says of itself, so that clients need no knowledge of its kinds. The aggregated form that newer clients ask for first
 * is not offered; they then take the plain one.
 */
final class Discovery {

    /** The Kubernetes API level whose conventions are followed; clients compare it with their own. */
    private static final String MINOR = "32";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Discovery() {}

    static Optional<ApiAnswer> answer(ApiCall call) {
        var path = call.path().length() > 1 && call.path().endsWith("/")
                ? call.path().substring(0, call.path().length() - 1)
                : call.path();
        return switch (path) {
            case "/" -> json(paths());
            case "/api" -> json(coreVersions());
            case "/apis" -> json(groups());
            case "/apis/" + Kind.GROUP -> json(group().put("kind", "APIGroup").put("apiVersion", "v1"));
            case "/apis/" + Kind.GROUP + "/" + Kind.VERSION -> json(resources());
            case "/version" -> json(version());
            case "/openapi/v2" -> Optional.of(OpenApiV2.answer(call));
            case "/openapi/v3" -> json(OpenApiV3.index());
            case OpenApiV3.PATH -> json(OpenApiV3.document());
            default -> Optional.empty();
        };
    }

    private static Optional<ApiAnswer> json(ObjectNode body) {
        return Optional.of(ApiAnswer.json(200, body));
    }

    private static ObjectNode paths() {
        var node = NODES.objectNode();
        node.putArray("paths")
                .add("/api")
                .add("/apis")
                .add("/apis/" + Kind.GROUP)
                .add("/apis/" + ResourceJson.API_VERSION)
                .add("/openapi/v2")
                .add("/openapi/v3")
                .add("/version");
        return node;
    }

    private static ObjectNode coreVersions() {
        var node = NODES.objectNode();
        node.put("kind", "APIVersions");
        node.putArray("versions");
        node.putArray("serverAddressByClientCIDRs");
        return node;
    }

    private static ObjectNode groups() {
        var node = NODES.objectNode();
        node.put("kind", "APIGroupList").put("apiVersion", "v1");
        node.putArray("groups").add(group());
        return node;
    }

    private static ObjectNode group() {
        var group = NODES.objectNode();
        group.put("name", Kind.GROUP);
        groupVersion(group.putArray("versions").addObject());
        groupVersion(group.putObject("preferredVersion"));
        return group;
    }

    private static void groupVersion(ObjectNode node) {
        node.put("groupVersion", ResourceJson.API_VERSION).put("version", Kind.VERSION);
    }

    private static ObjectNode resources() {
        var node = NODES.objectNode();
        node.put("kind", "APIResourceList").put("apiVersion", "v1").put("groupVersion", ResourceJson.API_VERSION);
        var resources = node.putArray("resources");
        for (var kind : Kinds.all()) {
            var resource = resource(resources, kind, kind.plural());
            resource.put("singularName", kind.singular());
            var verbs = resource.putArray("verbs");
            ApiRoles.verbs(kind).forEach(verb -> verbs.add(verb.word()));
            var shortNames = resource.putArray("shortNames");
            kind.shortNames().forEach(shortNames::add);
            resource.putArray("categories").add("garboard");
            if (kind.status() != NoStatus.class) {
                var status = resource(resources, kind, kind.plural() + "/status");
                status.put("singularName", "");
                status.putArray("verbs").add("get");
            }
        }
        return node;
    }

    private static ObjectNode resource(ArrayNode resources, Kind<?, ?> kind, String name) {
        return resources.addObject().put("name", name).put("namespaced", false).put("kind", kind.name());
    }

    private static ObjectNode version() {
        return NODES.objectNode()
                .put("major", "1")
                .put("minor", MINOR)
                .put("gitVersion", "v1." + MINOR + ".0+garboard")
                .put("gitCommit", "")
                .put("gitTreeState", "")
                .put("buildDate", "")
                .put("goVersion", "")
                .put("compiler", "java")
                .put("platform", "linux/" + System.getProperty("os.arch"));
    }
}
