package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.trust.ForeignText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a caller wants resources shown: whole, as rows of a table (what {@code kubectl get} prints), or their metadata only.
 *
 * @param version of {@code meta.k8s.io} that a table or metadata is written in
 * @param rowObject what a table row carries besides its cells: {@code None}, {@code Metadata} or {@code Object}
 */
record Rendering(Shape shape, String version, String rowObject) {

    /** What stands for a resource in an answer. */
    enum Shape {
        WHOLE,
        TABLE,
        METADATA
    }

    private static final List<String> ROW_OBJECTS = List.of("None", "Metadata", "Object");

    /** What the Accept header asks for; the first entry that can be served decides. */
    static Rendering of(ApiCall call) {
        var rowObject = Optional.ofNullable(call.parameter("includeObject")).orElse("Metadata");
        if (!ROW_OBJECTS.contains(rowObject)) {
            throw new RefusedException(Refusal.badRequest(
                    "the parameter includeObject is \"" + rowObject + "\", expected one of " + ROW_OBJECTS));
        }
        for (var range : MediaRange.parse(call.accept())) {
            var version = range.parameters().getOrDefault("v", "v1");
            var known = version.equals("v1") || version.equals("v1beta1");
            if (!range.includesJson() || !known) {
                continue;
            }
            switch (range.as()) {
                case "" -> {
                    return new Rendering(Shape.WHOLE, version, rowObject);
                }
                case "Table" -> {
                    return new Rendering(Shape.TABLE, version, rowObject);
                }
                case "PartialObjectMetadata", "PartialObjectMetadataList" -> {
                    return new Rendering(Shape.METADATA, version, rowObject);
                }
                default -> {}
            }
        }
        throw new RefusedException(Refusal.notAcceptable("the Accept header is \"" + call.accept()
                + "\"; served are application/json, and with it as=Table, as=PartialObjectMetadata or"
                + " as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
    }

    /** One resource; a table of one row where a table is wanted. */
    ObjectNode one(Resource<?, ?> resource, Instant now, boolean withColumns) {
        return switch (shape) {
            case WHOLE -> ResourceJson.write(resource);
            case METADATA -> metadata(resource);
            case TABLE -> {
                var table = table(Long.toString(resource.metadata().resourceVersion()));
                if (withColumns) {
                    columns(table.putArray("columnDefinitions"), resource.kind());
                }
                table.putArray("rows").add(row(resource, now));
                yield table;
            }
        };
    }

    /**
     * A list.
     *
     * @param next what follows, or null on the last page
     */
    ObjectNode list(
            Kind<?, ?> kind, List<? extends Resource<?, ?>> items, long revision, @Nullable Page next, Instant now) {
        var version = Long.toString(revision);
        var list = switch (shape) {
            case WHOLE -> header(kind.name() + "List", ResourceJson.API_VERSION, version);
            case METADATA -> header("PartialObjectMetadataList", "meta.k8s.io/" + this.version, version);
            case TABLE -> table(version);
        };
        if (next != null && list.get("metadata") instanceof ObjectNode metadata) {
            metadata.put("continue", next.token()).put("remainingItemCount", next.remaining());
        }
        if (shape == Shape.TABLE) {
            columns(list.putArray("columnDefinitions"), kind);
            var rows = list.putArray("rows");
            items.forEach(item -> rows.add(row(item, now)));
        } else {
            var array = list.putArray("items");
            items.forEach(item -> array.add(shape == Shape.WHOLE ? ResourceJson.write(item) : metadata(item)));
        }
        return list;
    }

    /** What follows a page of a list. */
    record Page(String token, int remaining) {}

    /** A bookmark: nothing but a resource version to resume from. */
    ObjectNode bookmark(Kind<?, ?> kind, long revision, boolean endsInitialEvents) {
        var version = Long.toString(revision);
        var mark = switch (shape) {
            case WHOLE -> header(kind.name(), ResourceJson.API_VERSION, version);
            case METADATA -> header("PartialObjectMetadata", "meta.k8s.io/" + this.version, version);
            case TABLE -> table(version);
        };
        if (endsInitialEvents && mark.get("metadata") instanceof ObjectNode metadata) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return mark;
    }

    private ObjectNode table(String resourceVersion) {
        return header("Table", "meta.k8s.io/" + version, resourceVersion);
    }

    private static ObjectNode header(String kind, String apiVersion, String resourceVersion) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("kind", kind).put("apiVersion", apiVersion);
        node.putObject("metadata").put("resourceVersion", resourceVersion);
        return node;
    }

    private ObjectNode metadata(Resource<?, ?> resource) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/" + version);
        node.set("metadata", ResourceJson.write(resource).get("metadata"));
        return node;
    }

    private static void columns(ArrayNode definitions, Kind<?, ?> kind) {
        for (var column : Column.of(kind)) {
            definitions
                    .addObject()
                    .put("name", column.name())
                    .put("type", "string")
                    .put("format", column.name().equals("Name") ? "name" : "")
                    .put("description", column.name() + " of the " + kind.singular())
                    .put("priority", column.wide() ? 1 : 0);
        }
    }

    private ObjectNode row(Resource<?, ?> resource, Instant now) {
        var row = JsonNodeFactory.instance.objectNode();
        var cells = row.putArray("cells");
        for (var column : Column.of(resource.kind())) {
            var text = column.cell().apply(resource, now);
            // Cells are text for a terminal; the object beside them has the value as it is.
            cells.add(text.isEmpty() ? "<none>" : ForeignText.printable(text));
        }
        switch (rowObject) {
            case "Object" -> row.set("object", ResourceJson.write(resource));
            case "Metadata" -> row.set("object", metadata(resource));
            default -> {}
        }
        return row;
    }
}
