package dev.garboard.cli;

import dev.garboard.image.ImageProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Shows the steps of a build: a line for each that ended; programs are told of the begin, too. */
final class ImageBuildProgress implements ImageProgress {

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    ImageBuildProgress(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    @Override
    public synchronized void begin(String step) {
        if (json) {
            ImageOutput.json(out, Map.of("event", "begin", "step", step));
        }
    }

    @Override
    public synchronized void end(String step, String result, Duration took) {
        double seconds = took.toMillis() / 1000.0;
        if (json) {
            var event = new LinkedHashMap<String, Object>();
            event.put("event", "step");
            event.put("step", step);
            event.put("seconds", seconds);
            event.put("result", result);
            ImageOutput.json(out, event);
        } else {
            Terminal.printf(err, Locale.ROOT, "%6.1f s  %-12s %s%n", seconds, step, result);
            err.flush();
        }
    }
}
