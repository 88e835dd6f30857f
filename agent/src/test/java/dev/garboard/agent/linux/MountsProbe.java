package dev.garboard.agent.linux;

import java.nio.file.Path;

/** Gives one mount back, as a process in a namespace of {@link MountsIT}. */
final class MountsProbe {

    private MountsProbe() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) {
        System.out.println(Mounts.release(Path.of(args[0])));
    }
}
