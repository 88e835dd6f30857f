package dev.garboard.agent;

import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.screen.Console;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The steps of this boot with their times since the kernel started; each also becomes a line on the console. */
final class BootSteps {

    private final Console console;
    private final List<Step> steps = new CopyOnWriteArrayList<>();

    /** One step. */
    record Step(String stage, Duration uptime, String detail) {}

    BootSteps(Console console) {
        this.console = console;
    }

    /** A step that happened before the agent ran. */
    void before(String stage, Duration uptime, String detail) {
        steps.add(new Step(stage, uptime, detail));
    }

    /**
     * A step that happens now. A stage happens once: a renewed lease is not another arrival of the network.
     *
     * @return whether it happened for the first time
     */
    synchronized boolean now(String stage, String detail) {
        if (steps.stream().anyMatch(step -> step.stage().equals(stage))) {
            return false;
        }
        Duration uptime = Kernel.uptime();
        steps.add(new Step(stage, uptime, detail));
        console.line("garboard: stage " + stage + " " + seconds(uptime) + (detail.isEmpty() ? "" : " " + detail));
        return true;
    }

    List<Step> all() {
        return List.copyOf(steps);
    }

    private static String seconds(Duration uptime) {
        String millis = Integer.toString(1000 + uptime.toMillisPart());
        return uptime.toSeconds() + "." + millis.substring(1);
    }
}
