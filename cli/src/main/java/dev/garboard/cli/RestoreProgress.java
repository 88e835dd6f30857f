package dev.garboard.cli;

import java.io.PrintWriter;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;

/** Shows how far each node is: a line for each step that ended. */
final class RestoreProgress {

    private final PrintWriter out;
    private final ResourceOutput output;
    private final long began = System.nanoTime();

    RestoreProgress(PrintWriter out, ResourceOutput output) {
        this.out = out;
        this.output = output;
    }

    /**
     * A step of one node is done, or of all.
     *
     * @param machine empty when it is about all
     * @param said more about it for people and programs
     */
    synchronized void done(String event, String machine, String said) {
        double seconds = (System.nanoTime() - began) / 1e9;
        if (output.isTable()) {
            Terminal.printf(
                    out,
                    Locale.ROOT,
                    "%6.1f s  %-16s %s%s%n",
                    seconds,
                    machine,
                    event,
                    said.isEmpty() ? "" : ": " + said);
            out.flush();
            return;
        }
        var line = JsonNodeFactory.instance.objectNode().put("event", event);
        if (!machine.isEmpty()) {
            line.put("machine", machine);
        }
        if (!said.isEmpty()) {
            line.put("message", said);
        }
        output.writeNext(out, line.put("seconds", Math.round(seconds * 1000) / 1000.0));
    }
}
