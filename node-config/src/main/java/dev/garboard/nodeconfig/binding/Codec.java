package dev.garboard.nodeconfig.binding;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How the values of one component stand in JSON. */
interface Codec {

    /** The value; null when {@code at} was told what is wrong. */
    @Nullable
    Object read(JsonNode node, Place at);

    JsonNode write(Object value);

    /** What has to be there, in words that go on after "expected". */
    String expected();

    /** What it is when there is nothing; null when there has to be something. */
    default @Nullable Object ofNothing() {
        return null;
    }

    /** Whether it stands as a text. */
    default boolean isText() {
        return false;
    }
}
