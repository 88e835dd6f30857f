package dev.garboard.lab;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** For programs: one JSON object a line. */
record JsonReport(PrintWriter out) implements Report {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Override
    public void done(String step, String detail, double seconds) {
        write("done", "step", step, "detail", detail, "seconds", seconds);
    }

    @Override
    public void progress(String step, String line) {
        write("progress", "step", step, "detail", line);
    }

    @Override
    public void stage(String machine, BootProgress.Event event, double cpuSeconds) {
        var keysAndValues = new ArrayList<Object>(List.of(
                "machine", machine, "stage", event.stage(), "seconds", event.seconds(), "detail", event.detail()));
        if (cpuSeconds > 0) {
            keysAndValues.addAll(List.of("cpuSeconds", cpuSeconds));
        }
        write(event.problem() ? "problem" : "stage", keysAndValues.toArray());
    }

    @Override
    public void stopped(String machine, String stage, String reason, List<String> console) {
        write("stopped", "machine", machine, "stage", stage, "reason", reason, "console", console);
    }

    @Override
    public void ready(int machines, double seconds) {
        write("ready", "machines", machines, "seconds", seconds);
    }

    @Override
    public void clusterReady(int nodes, double seconds) {
        write("cluster-ready", "nodes", nodes, "seconds", seconds);
    }

    @Override
    public void say(String line) {
        // People's words are no event.
    }

    private void write(String event, Object... keysAndValues) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            line.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        out.println(MAPPER.writeValueAsString(line));
        out.flush();
    }
}
