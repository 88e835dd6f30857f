package dev.garboard.agent;

import dev.garboard.agent.enrollment.BootTicket;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.linux.Power;
import dev.garboard.agent.linux.ProgramGroups;
import dev.garboard.agent.logging.LogRings;
import dev.garboard.agent.screen.Console;
import dev.garboard.agent.training.Training;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The first class of a node. As PID 1 it never returns: an end of this process is a kernel panic. The only class that
 * reads arguments or exits.
 */
public final class Main {

    private static final AtomicReference<@Nullable Agent> AGENT = new AtomicReference<>();

    private static final Pattern TICKET_FD = Pattern.compile("--ticket-fd=[0-9]{1,3}");

    private Main() {}

    /**
     * Starts the node.
     *
     * @param args {@code --train} runs every code path that a start needs once, for the AOT cache, and exits; {@code --ticket-fd=N} names
     *     the open file that the boot ticket is read from
     */
    public static void main(String[] args) {
        // First of all: these signals would end the process.
        Power.handleSignals(Main::asked);
        try {
            LogRings.takeOverJavaUtilLogging();
            if (args.length == 1 && args[0].equals("--train")) {
                Training.run(Console.standard());
                System.exit(0);
            }
            Power.catchCtrlAltDel();
            var console = Console.standard();
            LogRings.console(console::line);
            Thread.setDefaultUncaughtExceptionHandler((_, error) -> {
                // An exception ends its own thread only; after an error nothing can be relied on.
                if (error instanceof Error) {
                    fatal(error);
                }
            });
            var children = new Children(Kernel.isInit() ? ProgramGroups.ofNode() : ProgramGroups.none());
            if (Kernel.isInit()) {
                children.start();
            }
            var agent = Agent.assemble(
                    console,
                    ticket(args),
                    children,
                    Main::fatal,
                    () -> Runtime.getRuntime().halt(1));
            AGENT.set(agent);
            agent.run();
        } catch (Throwable error) {
            fatal(error);
        }
    }

    private static BootTicket ticket(String[] args) {
        return args.length == 1 && TICKET_FD.matcher(args[0]).matches()
                ? BootTicket.take(Integer.parseInt(args[0].substring(args[0].indexOf('=') + 1)))
                : BootTicket.none();
    }

    private static void asked(Power.Down how, String why) {
        Agent agent = AGENT.get();
        if (agent != null) {
            agent.goDown(how, why);
        }
        Power.down(how);
        // Only reached when this is not PID 1.
        Runtime.getRuntime().halt(0);
    }

    /** Nothing can be relied on any more: say why as far as that still works, then start the machine again. */
    private static void fatal(Throwable error) {
        try {
            var console = Console.standard();
            console.line("garboard: FATAL: " + error);
            for (StackTraceElement frame : error.getStackTrace()) {
                console.line("    at " + frame);
            }
            Agent agent = AGENT.get();
            if (agent != null) {
                agent.lastWords(error);
            }
        } catch (Throwable alsoBroken) {
            // The restart below is what matters.
        }
        Power.down(Power.Down.RESTART);
        Runtime.getRuntime().halt(1);
    }
}
