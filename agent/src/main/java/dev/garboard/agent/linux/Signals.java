package dev.garboard.agent.linux;

import java.util.function.Consumer;

/** Signals to this process. The one user of an internal class: Java has no other way to handle SIGTERM and stay alive. */
public final class Signals {

    private Signals() {}

    /** From now on the signal (a name without SIG) calls the handler, with that name, on a thread of its own. */
    public static void handle(String name, Consumer<String> handler) {
        sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> handler.accept(signal.getName()));
    }
}
