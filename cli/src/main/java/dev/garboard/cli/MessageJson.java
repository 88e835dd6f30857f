package dev.garboard.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The messages of the machine API as JSON. Fields that were not set are written too, with their defaults, so that programs find them;
 * times are RFC 3339 and durations seconds. Numbers of 64 bits stay numbers: none here comes near the 53 bits that every reader holds.
 */
final class MessageJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private MessageJson() {}

    static ObjectNode write(Message message) {
        var node = NODES.objectNode();
        for (var field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                var array = node.putArray(field.getJsonName());
                ((List<?>) message.getField(field)).forEach(element -> array.add(value(field, element)));
            } else if (!field.hasPresence() || message.hasField(field)) {
                node.set(field.getJsonName(), value(field, message.getField(field)));
            }
        }
        return node;
    }

    private static JsonNode value(FieldDescriptor field, Object value) {
        return switch (value) {
            case Timestamp time ->
                NODES.stringNode(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                        .toString());
            case Duration duration -> NODES.numberNode(duration.getSeconds() + duration.getNanos() / 1e9);
            case Message inner -> write(inner);
            case EnumValueDescriptor constant -> NODES.stringNode(constant.getName());
            case String text -> NODES.stringNode(text);
            case Boolean flag -> NODES.booleanNode(flag);
            case Integer number ->
                // Protobuf hands an unsigned number over in a signed type.
                field.getType() == FieldDescriptor.Type.UINT32
                        ? NODES.numberNode(Integer.toUnsignedLong(number))
                        : NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Float number -> NODES.numberNode(number);
            case ByteString bytes -> NODES.binaryNode(bytes.toByteArray());
            default -> throw new IllegalStateException(value.getClass() + " has no JSON form");
        };
    }
}
