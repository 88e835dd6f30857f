package dev.garboard.inventory;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What people and programs write, as a tree: the bodies of the API and the configuration file pass here. Whatever could be read in two ways (a key
 * given twice, a second document, a number in the spelling of another version) is refused with its line and column.
 */
public final class StrictText {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictText() {}

    /**
     * A JSON text; a missing node when it is empty.
     *
     * @throws MalformedTextException naming line, column and what is wrong
     */
    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException malformed) {
            var place = malformed.getLocation();
            var where = place == null || place.getLineNr() < 0
                    ? ""
                    : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": ";
            throw new MalformedTextException(where + malformed.getOriginalMessage());
        }
    }

    /**
     * One YAML document, read as {@code docs/operator-api.md} says; a missing node when it is empty.
     *
     * @throws MalformedTextException naming line, column and what is wrong
     */
    public static JsonNode yaml(String text) {
        return YamlReader.read(text);
    }
}
