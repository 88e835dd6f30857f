package dev.garboard.agent.linux;

import dev.garboard.agent.linux.Children.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** PID 1 of a namespace of {@link ChildrenIT}: starts children, leaves an orphan, and counts what is left of them. */
final class ChildrenProbe {

    private ChildrenProbe() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) throws Exception {
        System.out.println("init " + Kernel.isInit());
        var children = new Children();
        children.start();
        var started = new ArrayList<Child>();
        for (int code = 0; code < 20; code++) {
            started.add(children.spawn(List.of("/bin/sh", "-c", "exit " + code), List.of("PATH=/bin")));
        }
        boolean right = true;
        for (int code = 0; code < 20; code++) {
            right &= started.get(code).exit().get(30, TimeUnit.SECONDS).code() == code;
        }
        System.out.println("exit codes " + right);
        Child sleeper = children.spawn(List.of("/bin/sleep", "60"), List.of());
        children.signal(sleeper, 15);
        System.out.println(sleeper.exit().get(30, TimeUnit.SECONDS));
        Child parent = children.spawn(List.of("/bin/sh", "-c", "sleep 0.3 & exit 0"), List.of("PATH=/bin"));
        parent.exit().get(30, TimeUnit.SECONDS);
        Child masked = children.spawn(
                List.of("/bin/sh", "-c", "grep -q 'SigBlk:.0*$' /proc/self/status"), List.of("PATH=/bin"));
        System.out.println("nothing blocked: " + masked.exit().get(30, TimeUnit.SECONDS));
        Thread.sleep(1000);
        System.out.println("processes left " + processes());
        try {
            children.spawn(List.of("/nowhere/program"), List.of());
        } catch (SystemCallException refused) {
            System.out.println("refused, errno " + refused.errno());
        }
        System.exit(0);
    }

    private static long processes() throws Exception {
        try (var entries = Files.list(Path.of("/proc"))) {
            return entries.filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
                    .count();
        }
    }
}
