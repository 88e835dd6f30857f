package dev.garboard.inventory;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One YAML document as a JSON tree, strictly. Aliases mean what their anchors hold; a key is text and is given once; numbers are those of JSON, and
 * what YAML 1.1 and 1.2 read as different numbers is refused. The words of YAML 1.1 ({@code yes}, {@code no}, {@code on}, {@code off}) are text, as in
 * YAML 1.2, so that the typed reader behind this one refuses them where it wants a truth value. Merge keys, tags and further documents are refused.
 * A document is bounded in depth and in what its aliases make of it.
 */
final class YamlReader {

    private static final int DEEPEST = 64;

    /** In nodes, with a node more for each 16 characters: about three megabytes of text, aliases counted each time. */
    private static final int MOST = 200_000;

    private static final int CHARACTERS_A_NODE = 16;
    private static final int LONGEST_NUMBER = 40;
    private static final String TEXT_TAG = "tag:yaml.org,2002:str";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]*)");
    private static final Pattern DECIMAL = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?");

    /** Octal, hexadecimal and binary numbers of either version, underscores, signs, bare points, infinity. */
    private static final Pattern ELSEWHERE_A_NUMBER = Pattern.compile(
            "[-+]?(?:0[0-9_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*|[0-9]+\\.|\\.[0-9]+|\\.(?:inf|Inf|INF))|"
                    + "\\+[0-9]+(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\\.(?:nan|NaN|NAN)");

    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int size;

    private record Anchored(JsonNode value, int size) {}

    private YamlReader(String text) {
        var settings = LoadSettings.builder()
                .setLabel("YAML")
                .setCodePointLimit(MOST * CHARACTERS_A_NODE)
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /** The document; a missing node when there is none. */
    static JsonNode read(String text) {
        try {
            return new YamlReader(text).document();
        } catch (MarkedYamlEngineException malformed) {
            throw new MalformedTextException(
                    at(malformed.getProblemMark().or(malformed::getContextMark)) + ": " + malformed.getProblem());
        } catch (YamlEngineException malformed) {
            throw new MalformedTextException(String.valueOf(malformed.getMessage()));
        }
    }

    private JsonNode document() {
        events.next(); // The start of the stream.
        if (!(events.next() instanceof DocumentStartEvent)) {
            return MissingNode.getInstance();
        }
        var tree = value(events.next(), 0);
        var end = events.next();
        if (!(end instanceof DocumentEndEvent)) {
            throw wrong(end, "expected the end of the document");
        }
        var next = events.next();
        if (next instanceof DocumentStartEvent) {
            throw wrong(next, "a second document begins; expected one");
        }
        return tree;
    }

    private JsonNode value(Event event, int depth) {
        if (depth > DEEPEST) {
            throw wrong(event, "nested more than " + DEEPEST + " deep");
        }
        int before = size;
        grow(event, 1);
        return switch (event) {
            case AliasEvent alias -> aliased(alias);
            case ScalarEvent scalar -> anchored(scalar.getAnchor(), scalar(scalar), before);
            case SequenceStartEvent sequence -> {
                refuseTag(sequence, sequence.getTag());
                var array = NODES.arrayNode();
                for (var next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
                    array.add(value(next, depth + 1));
                }
                yield anchored(sequence.getAnchor(), array, before);
            }
            case MappingStartEvent mapping -> {
                refuseTag(mapping, mapping.getTag());
                yield anchored(mapping.getAnchor(), mapping(depth), before);
            }
            default -> throw wrong(event, "expected a value");
        };
    }

    private ObjectNode mapping(int depth) {
        var object = NODES.objectNode();
        var places = new HashMap<String, String>();
        for (var next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
            var key = key(next);
            var first = places.putIfAbsent(key, at(next.getStartMark()));
            if (first != null) {
                throw wrong(next, "the key " + key + " is given twice, first in " + first + "; expected it once");
            }
            object.set(key, value(events.next(), depth + 1));
        }
        return object;
    }

    private String key(Event event) {
        if (!(event instanceof ScalarEvent || event instanceof AliasEvent)) {
            throw wrong(event, "a key is a list or a mapping; expected text");
        }
        if (event instanceof ScalarEvent scalar
                && scalar.isPlain()
                && scalar.getValue().equals("<<")) {
            throw wrong(event, "merge keys (<<) are not read here; write out what is merged");
        }
        var key = value(event, 0);
        if (!key.isString()) {
            throw wrong(event, "the key is " + key + "; expected text, which quotation marks make of it");
        }
        return key.stringValue();
    }

    private JsonNode aliased(AliasEvent alias) {
        var target = anchors.get(alias.getAlias());
        if (target == null) {
            throw wrong(alias, "the alias *" + alias.getAlias() + " names nothing that has ended before it");
        }
        grow(alias, target.size());
        return target.value().deepCopy();
    }

    private JsonNode anchored(Optional<Anchor> anchor, JsonNode value, int before) {
        anchor.ifPresent(name -> anchors.put(name, new Anchored(value, size - before)));
        return value;
    }

    private JsonNode scalar(ScalarEvent scalar) {
        var text = scalar.getValue();
        grow(scalar, text.length() / CHARACTERS_A_NODE);
        if (scalar.getTag().filter(tag -> tag.equals(TEXT_TAG)).isPresent()) {
            return NODES.stringNode(text);
        }
        refuseTag(scalar, scalar.getTag());
        return scalar.isPlain() ? plain(scalar, text) : NODES.stringNode(text);
    }

    private static JsonNode plain(ScalarEvent scalar, String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> NODES.nullNode();
            case "true", "True", "TRUE" -> NODES.booleanNode(true);
            case "false", "False", "FALSE" -> NODES.booleanNode(false);
            default -> {
                if (text.length() > LONGEST_NUMBER) {
                    yield NODES.stringNode(text);
                }
                if (ELSEWHERE_A_NUMBER.matcher(text).matches()) {
                    throw wrong(
                            scalar,
                            text + " is read as different values by YAML 1.1 and 1.2; write a decimal number, or put"
                                    + " quotation marks around a text");
                }
                if (WHOLE.matcher(text).matches()) {
                    yield whole(new BigInteger(text));
                }
                yield DECIMAL.matcher(text).matches() ? decimal(scalar, text) : NODES.stringNode(text);
            }
        };
    }

    private static JsonNode whole(BigInteger number) {
        if (number.bitLength() < Integer.SIZE) {
            return NODES.numberNode(number.intValue());
        }
        return number.bitLength() < Long.SIZE ? NODES.numberNode(number.longValue()) : NODES.numberNode(number);
    }

    private static JsonNode decimal(ScalarEvent scalar, String text) {
        var number = new BigDecimal(text).doubleValue();
        if (Double.isInfinite(number)) {
            throw wrong(scalar, text + " is greater than any number that can be kept");
        }
        return NODES.numberNode(number);
    }

    private static void refuseTag(Event event, Optional<String> tag) {
        if (tag.isPresent() && !tag.get().equals("!")) {
            throw wrong(event, "the tag " + tag.get() + " is not read here; only !!str is");
        }
    }

    private void grow(Event event, int by) {
        size += by;
        if (size > MOST) {
            throw wrong(event, "the document is too large, with what its aliases stand for counted each time");
        }
    }

    private static MalformedTextException wrong(Event event, String what) {
        return new MalformedTextException(at(event.getStartMark()) + ": " + what);
    }

    private static String at(Optional<Mark> mark) {
        return mark.map(place -> "line " + (place.getLine() + 1) + ", column " + (place.getColumn() + 1))
                .orElse("somewhere");
    }
}
