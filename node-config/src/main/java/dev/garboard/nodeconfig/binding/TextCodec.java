package dev.garboard.nodeconfig.binding;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What stands as a text.
 *
 * @param choices null when any will do
 * @param pattern null when the form says everything
 * @param words what is expected, when an annotation says it; null when the form does
 */
record TextCodec(
        TextForm form,
        @Nullable List<String> choices,
        @Nullable Pattern pattern,
        @Nullable String words) implements Codec {

    TextCodec(TextForm form, @Nullable OneOf choices, @Nullable Matches matches) {
        this(
                form,
                choices == null ? null : List.of(choices.value()),
                matches == null ? null : Pattern.compile(matches.value()),
                choices != null
                        ? "one of " + String.join(", ", choices.value())
                        : matches != null ? matches.expected() : null);
    }

    @Override
    public @Nullable Object read(JsonNode node, Place at) {
        if (!node.isString()) {
            at.wrong(node, expected());
            return null;
        }
        var text = node.stringValue();
        if ((choices != null && !choices.contains(text))
                || (pattern != null && !pattern.matcher(text).matches())) {
            at.wrong(node, expected());
            return null;
        }
        try {
            return form.read().apply(text);
        } catch (IllegalArgumentException refused) {
            at.wrong(node, words == null ? String.valueOf(refused.getMessage()) : words);
            return null;
        }
    }

    @Override
    public JsonNode write(Object value) {
        return Trees.tree(text(value));
    }

    String text(Object value) {
        return form.write().apply(value);
    }

    @Override
    public String expected() {
        return words == null ? form.expected() : words;
    }

    @Override
    public boolean isText() {
        return true;
    }
}
