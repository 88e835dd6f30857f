package dev.garboard.agent.screen;

import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceStatus;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.trust.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A few calm lines, written anew when something changed, and at most once in a while. */
public final class StatusScreen {

    private static final int WIDTH = 78;
    private static final long QUIET_MILLIS = 500;

    private final Console console;
    private final ServiceTable services;
    private final AtomicReference<NodeStatus> status = new AtomicReference<>(NodeStatus.EMPTY);
    private List<String> shown = List.of();
    private boolean dirty = true;

    /** A screen for these services; nothing is shown before {@link #start}. */
    public StatusScreen(Console console, ServiceTable services) {
        this.console = console;
        this.services = services;
        services.onChange(this::changed);
    }

    /** Changes what is shown. */
    public void update(UnaryOperator<NodeStatus> change) {
        status.updateAndGet(change);
        changed();
    }

    /** What is shown. */
    public NodeStatus status() {
        return status.get();
    }

    /** Starts the thread that writes. */
    public void start() {
        Thread.ofPlatform().name("screen").daemon().start(this::paint);
    }

    private synchronized void changed() {
        dirty = true;
        notifyAll();
    }

    private void paint() {
        try {
            while (true) {
                synchronized (this) {
                    while (!dirty) {
                        wait();
                    }
                    dirty = false;
                }
                List<String> lines = lines(status.get(), services.all());
                if (!lines.equals(shown)) {
                    console.draw(lines, shown.isEmpty());
                    shown = lines;
                }
                Thread.sleep(QUIET_MILLIS);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    static List<String> lines(NodeStatus status, List<Service> services) {
        var lines = new ArrayList<String>();
        lines.add("  Garboard node");
        lines.add("");
        lines.add(line("machine", status.machine().isEmpty() ? "not enrolled yet" : status.machine()));
        lines.add(line("state", status.state()));
        lines.add(line("address", status.address().isEmpty() ? "none yet" : status.address()));
        lines.add(line("server", status.server().isEmpty() ? "unknown" : status.server()));
        lines.add(line("image", status.image().isEmpty() ? "unknown" : status.image()));
        var states = new StringBuilder();
        for (Service service : services) {
            states.append(states.isEmpty() ? "" : ", ")
                    .append(service.name())
                    .append(' ')
                    .append(word(service.status()));
        }
        lines.add(line("services", states.toString()));
        for (Service service : services) {
            ServiceStatus now = service.status();
            if (now.state() == ServiceStatus.State.FAILED) {
                lines.add(line("", service.name() + ": " + now.message()));
            }
        }
        lines.add("");
        return List.copyOf(lines);
    }

    private static String word(ServiceStatus status) {
        return switch (status.state()) {
            case RUNNING -> status.healthy() ? "ok" : "unhealthy";
            case WAITING -> "waiting";
            case STARTING -> "starting";
            case FAILED -> "failed";
            case STOPPED -> "stopped";
        };
    }

    private static String line(String label, String value) {
        var line = new StringBuilder("  ").append(label);
        while (line.length() < 13) {
            line.append(' ');
        }
        // What others say (names, reasons) must not be able to command the terminal.
        line.append(ForeignText.printable(value));
        return line.length() <= WIDTH ? line.toString() : line.substring(0, WIDTH - 1) + "…";
    }
}
