package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI 2 document, which kubectl validates against and explains from. kubectl asks for it in protobuf (message
 * {@code openapi.v2.Document} of gnostic's {@code OpenAPIv2.proto}) and older ones cannot do without; others get JSON.
 */
final class OpenApiV2 {

    private static final String PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /** Go refuses the at sign in the type of an answer, though kubectl asks with it. */
    private static final String ANSWERED_PROTOBUF = PROTOBUF.replace('@', '.');

    private OpenApiV2() {}

    static ApiAnswer answer(ApiCall call) {
        for (var range : MediaRange.parse(call.accept())) {
            if (range.type().equals(PROTOBUF) || range.type().equals(ANSWERED_PROTOBUF)) {
                return new ApiAnswer(200, ANSWERED_PROTOBUF, Buffer.buffer(protobuf()));
            }
            if (range.includesJson()) {
                return ApiAnswer.json(200, json());
            }
        }
        throw new RefusedException(Refusal.notAcceptable(
                "the Accept header is \"" + call.accept() + "\"; served are application/json and " + PROTOBUF));
    }

    private static ObjectNode json() {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("swagger", "2.0");
        document.putObject("info").put("title", "Garboard").put("version", Kind.VERSION);
        var paths = document.putObject("paths");
        var definitions = document.putObject("definitions");
        for (var kind : Kinds.all()) {
            definitions.set(OpenApiSchemas.name(kind), OpenApiSchemas.of(kind));
            if (ApiRoles.isWrittenHere(kind)) {
                var patch = paths.putObject(path(kind)).putObject("patch");
                var parameters = patch.putArray("parameters");
                OpenApiV3.WRITE_PARAMETERS.forEach(name -> parameters
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .put("type", "string"));
                patch.putObject("responses").putObject("200").put("description", "OK");
                patch.set(OpenApiSchemas.EXTENSION, OpenApiSchemas.groupVersionKind(kind));
            }
        }
        return document;
    }

    private static byte[] protobuf() {
        return new ProtoWriter()
                .text(1, "2.0")
                .message(2, info -> info.text(1, "Garboard").text(2, Kind.VERSION))
                .message(
                        8,
                        paths -> Kinds.all().stream()
                                .filter(ApiRoles::isWrittenHere)
                                .forEach(kind -> paths.message(2, path -> writePath(kind, path))))
                .message(
                        9,
                        definitions -> Kinds.all()
                                .forEach(kind -> definitions.message(
                                        1, named(OpenApiSchemas.name(kind), OpenApiSchemas.of(kind)))))
                .toByteArray();
    }

    private static String path(Kind<?, ?> kind) {
        return Target.PREFIX + kind.plural() + "/{name}";
    }

    private static void writePath(Kind<?, ?> kind, ProtoWriter path) {
        path.text(1, path(kind))
                .message(
                        2,
                        item -> item.message(8, patch -> {
                            for (var name : OpenApiV3.WRITE_PARAMETERS) {
                                // ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema
                                patch.message(
                                        8,
                                        item8 -> item8.message(
                                                1,
                                                parameter -> parameter.message(
                                                        2,
                                                        nonBody -> nonBody.message(
                                                                3,
                                                                query -> query.text(2, "query")
                                                                        .text(4, name)
                                                                        .text(6, "string")))));
                            }
                            patch.message(13, extension(OpenApiSchemas.groupVersionKind(kind)));
                        }));
    }

    private static Consumer<ProtoWriter> named(String name, JsonNode schema) {
        return entry -> entry.text(1, name).message(2, value -> writeSchema(schema, value));
    }

    private static void writeSchema(JsonNode schema, ProtoWriter out) {
        if (schema.has("format")) {
            out.text(2, schema.get("format").stringValue());
        }
        if (schema.has("description")) {
            out.text(4, schema.get("description").stringValue());
        }
        if (schema.has("additionalProperties")) {
            out.message(21, any -> any.message(1, value -> writeSchema(schema.get("additionalProperties"), value)));
        }
        if (schema.has("type")) {
            out.message(22, type -> type.text(1, schema.get("type").stringValue()));
        }
        if (schema.has("items")) {
            out.message(23, items -> items.message(1, item -> writeSchema(schema.get("items"), item)));
        }
        if (schema.has("properties")) {
            out.message(
                    25,
                    properties -> schema.get("properties")
                            .forEachEntry((name, property) -> properties.message(1, named(name, property))));
        }
        if (schema.has(OpenApiSchemas.EXTENSION)) {
            out.message(31, extension(schema.get(OpenApiSchemas.EXTENSION)));
        }
    }

    /** An extension's value is YAML text, and JSON is YAML. */
    private static Consumer<ProtoWriter> extension(JsonNode value) {
        return named -> named.text(1, OpenApiSchemas.EXTENSION).message(2, any -> any.text(2, value.toString()));
    }
}
