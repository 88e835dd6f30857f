package dev.garboard.lab;

import dev.garboard.trust.ForeignText;
import java.io.PrintWriter;
import java.util.List;

/** For people. */
record TextReport(PrintWriter out) implements Report {

    @Override
    public void done(String step, String detail, double seconds) {
        say("%-9s %7.1f s  %s".formatted(step, seconds, detail));
    }

    @Override
    public void progress(String step, String line) {
        say("%-9s            %s".formatted(step, line));
    }

    @Override
    public void stage(String machine, BootProgress.Event event, double cpuSeconds) {
        var cost = cpuSeconds > 0 ? "%.1f CPU s  ".formatted(cpuSeconds) : "";
        say("%-9s %7.1f s  %s%-9s %s%s"
                .formatted(machine, event.seconds(), event.problem() ? "! " : "", event.stage(), cost, event.detail())
                .stripTrailing());
    }

    @Override
    public void stopped(String machine, String stage, String reason, List<String> console) {
        say("");
        say(machine + " is not ready. Last stage reached: " + stage + ". " + reason);
        console.forEach(line -> say("  | " + line));
    }

    @Override
    public void ready(int machines, double seconds) {
        say((machines == 1 ? "The machine is" : "All " + machines + " machines are")
                + " ready after %.1f s.".formatted(seconds));
    }

    @Override
    public void clusterReady(int nodes, double seconds) {
        say("The cluster is ready with %d %s after %.1f s.".formatted(nodes, nodes == 1 ? "node" : "nodes", seconds));
    }

    @Override
    public void say(String line) {
        out.println(ForeignText.printable(line));
        out.flush();
    }
}
