package dev.garboard.operatorapi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The spec of a SelfSubjectAccessReview in the protobuf of Kubernetes, which {@code kubectl auth can-i} sends since 1.32 whatever the server says it
 * reads: four bytes of magic and a {@code runtime.Unknown}, whose second field is the review. Its second field is the spec.
 */
final class KubernetesProtobuf {

    static final String TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final List<String> RESOURCE =
            List.of("namespace", "verb", "group", "version", "resource", "subresource", "name");
    private static final List<String> PATH = List.of("path", "verb");
    private static final int LENGTH_DELIMITED = 2;

    private final byte[] bytes;
    private int at;

    private KubernetesProtobuf(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The spec of a SelfSubjectAccessReview, as it would be in JSON.
     *
     * @throws RefusedException when these are no such bytes
     */
    static ObjectNode accessSpec(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw malformed("it does not begin with the magic of Kubernetes");
        }
        var unknown = fields(Arrays.copyOfRange(body, MAGIC.length, body.length));
        var review = fields(unknown.getOrDefault(2, new byte[0]));
        var spec = fields(review.getOrDefault(2, new byte[0]));
        var tree = JsonNodeFactory.instance.objectNode();
        put(tree, "resourceAttributes", spec.get(1), RESOURCE);
        put(tree, "nonResourceAttributes", spec.get(2), PATH);
        return tree;
    }

    private static void put(ObjectNode tree, String name, byte @Nullable [] message, List<String> names) {
        if (message == null) {
            return;
        }
        var fields = fields(message);
        var attributes = tree.putObject(name);
        for (int i = 0; i < names.size(); i++) {
            var value = fields.get(i + 1);
            if (value != null && value.length > 0) {
                attributes.put(names.get(i), new String(value, StandardCharsets.UTF_8));
            }
        }
    }

    /** The fields of a message that are strings or messages, by number; the last of each, others are passed over. */
    private static Map<Integer, byte[]> fields(byte[] message) {
        var reader = new KubernetesProtobuf(message);
        var fields = new HashMap<Integer, byte[]>();
        while (reader.at < message.length) {
            long tag = reader.varint();
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case 0 -> reader.varint();
                case 1 -> reader.take(8);
                case LENGTH_DELIMITED -> fields.put(number, reader.take(reader.varint()));
                case 5 -> reader.take(4);
                default -> throw malformed("a field has the wire type " + (tag & 7));
            }
        }
        return fields;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = take(1)[0];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number is longer than ten bytes");
    }

    private byte[] take(long length) {
        if (length < 0 || length > bytes.length - at) {
            throw malformed("it ends inside a field");
        }
        at += (int) length;
        return Arrays.copyOfRange(bytes, at - (int) length, at);
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(Refusal.badRequest("the body cannot be read as " + TYPE + ": " + what));
    }
}
