package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ResourceJson;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI 3 document of the group. kubectl looks up in it which parameters a patch takes, and explains kinds from it. */
final class OpenApiV3 {

    static final String PATH = "/openapi/v3/apis/" + Kind.GROUP + "/" + Kind.VERSION;

    /** What a write takes in its query. */
    static final List<String> WRITE_PARAMETERS = List.of("dryRun", "fieldManager", "fieldValidation");

    private OpenApiV3() {}

    static ObjectNode index() {
        var node = JsonNodeFactory.instance.objectNode();
        node.putObject("paths").putObject("apis/" + ResourceJson.API_VERSION).put("serverRelativeURL", PATH);
        return node;
    }

    static ObjectNode document() {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("openapi", "3.0.0");
        document.putObject("info").put("title", "Garboard").put("version", Kind.VERSION);
        var paths = document.putObject("paths");
        var schemas = document.putObject("components").putObject("schemas");
        for (var kind : Kinds.all()) {
            schemas.set(OpenApiSchemas.name(kind), OpenApiSchemas.of(kind));
            var collection = paths.putObject(Target.PREFIX + kind.plural());
            var one = paths.putObject(Target.PREFIX + kind.plural() + "/{name}");
            for (var verb : ApiRoles.verbs(kind)) {
                switch (verb) {
                    case LIST -> operation(collection.putObject("get"), kind, verb);
                    case CREATE -> operation(collection.putObject("post"), kind, verb);
                    case GET -> operation(one.putObject("get"), kind, verb);
                    case REPLACE -> operation(one.putObject("put"), kind, verb);
                    case PATCH -> operation(one.putObject("patch"), kind, verb);
                    case DELETE -> operation(one.putObject("delete"), kind, verb);
                    case WATCH -> {} // a list with a parameter
                }
            }
        }
        return document;
    }

    private static void operation(ObjectNode operation, Kind<?, ?> kind, Verb verb) {
        operation.put("operationId", verb.word() + kind.name());
        if (verb.isWrite()) {
            var parameters = operation.putArray("parameters");
            for (var name : WRITE_PARAMETERS) {
                parameters
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .putObject("schema")
                        .put("type", "string");
            }
        }
        operation
                .putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + OpenApiSchemas.name(kind));
        operation.put("x-kubernetes-action", verb.word());
        operation.set(OpenApiSchemas.EXTENSION, OpenApiSchemas.groupVersionKind(kind));
    }
}
