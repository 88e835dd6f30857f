package dev.garboard.nodeconfig.binding;

import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON texts as trees; refuses a key that is there twice and what follows the document. */
public final class StrictJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /**
     * The tree of a text.
     *
     * @throws tools.jackson.core.JacksonException when it is not JSON
     */
    public static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    /**
     * The tree of a text in UTF-8.
     *
     * @throws tools.jackson.core.JacksonException when it is not JSON
     */
    public static JsonNode parse(byte[] json) {
        return MAPPER.readTree(json);
    }

    /** The text of a tree in UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        return MAPPER.writeValueAsBytes(tree);
    }
}
