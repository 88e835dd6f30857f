package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** The machine's power, and the signals that ask for it. */
public final class Power {

    private static final int CAD_OFF = 0;
    private static final int RESTART = 0x01234567;
    private static final int POWER_OFF = 0x4321fedc;

    /** How the machine goes down. */
    public enum Down {
        RESTART,
        OFF
    }

    private Power() {}

    /**
     * Handles the signals whose default action would end PID 1, which is a kernel panic. Must come first of all.
     *
     * @param asked gets what the signal means: SIGPWR switches off, the others (Ctrl-Alt-Del is SIGINT) restart
     */
    public static void handleSignals(BiConsumer<Down, String> asked) {
        for (String name : new String[] {"TERM", "INT"}) {
            Signals.handle(name, signal -> asked.accept(Down.RESTART, "SIG" + signal));
        }
        Signals.handle("PWR", signal -> asked.accept(Down.OFF, "SIG" + signal));
        Signals.handle("HUP", _ -> {});
    }

    /** Ctrl-Alt-Del becomes a SIGINT to PID 1 instead of an immediate restart. */
    public static void catchCtrlAltDel() {
        if (Kernel.isInit()) {
            try {
                Libc.reboot(CAD_OFF);
            } catch (LastErrorException noKeyboard) {
                // In a PID namespace the kernel refuses it: the keys are those of the host, whose PID 1 they reach.
            }
        }
    }

    /** Writes everything out and goes down. Returns only where this process is not PID 1, or not allowed to. */
    public static void down(Down how) {
        Libc.sync();
        // Anywhere else than on a node, this would take down the build machine.
        if (Kernel.isInit()) {
            say(how == Down.OFF ? "\ngarboard: power off\n" : "\ngarboard: restart\n");
            try {
                Libc.reboot(how == Down.OFF ? POWER_OFF : RESTART);
            } catch (LastErrorException refused) {
                say("garboard: the kernel refuses it: " + refused.getMessage() + "\n");
            }
        }
    }

    private static void say(String line) {
        // Not closed: the descriptor is the console of the process.
        try {
            new FileOutputStream(FileDescriptor.out).write(line.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException nobodyThere) {
            // A machine without a console goes down all the same.
        }
    }
}
