package dev.garboard.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Labels as they are typed. */
final class Labels {

    private Labels() {}

    /** The labels in a text such as {@code role=worker,rack=1}. */
    static Map<String, String> parse(String option, String text) {
        var labels = new TreeMap<String, String>();
        for (var label : text.split(",", -1)) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw new CommandException(
                        ExitCode.USAGE, option + " is \"" + text + "\", expected labels such as role=worker,rack=1");
            }
            labels.put(
                    label.substring(0, equals).strip(),
                    label.substring(equals + 1).strip());
        }
        return labels;
    }

    /** A merge patch that sets each {@code key=value} and takes each {@code key-} away. */
    static ObjectNode patch(List<String> changes) {
        var patch = JsonNodeFactory.instance.objectNode();
        var labels = patch.putObject("metadata").putObject("labels");
        for (var change : changes) {
            int equals = change.indexOf('=');
            if (equals > 0) {
                labels.put(change.substring(0, equals), change.substring(equals + 1));
            } else if (change.endsWith("-") && change.length() > 1) {
                labels.putNull(change.substring(0, change.length() - 1));
            } else {
                throw new CommandException(
                        ExitCode.USAGE, "\"" + change + "\" is no label, expected key=value, or key- to take one away");
            }
        }
        return patch;
    }
}
