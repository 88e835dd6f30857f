package dev.garboard.lab;

import java.util.List;

/** Tells what happens, to people or to programs. */
interface Report {

    /** Something of the lab itself is done. */
    void done(String step, String detail, double seconds);

    /** A line of a step that takes longer. */
    void progress(String step, String line);

    /**
     * A machine reached a stage, or something went wrong in it.
     *
     * @param cpuSeconds what the machine's emulation has cost since it was powered on; 0 where that is not measured
     */
    void stage(String machine, BootProgress.Event event, double cpuSeconds);

    default void stage(String machine, BootProgress.Event event) {
        stage(machine, event, 0);
    }

    /** A machine that did not become ready: the stage at which it stopped, why, and the end of its console. */
    void stopped(String machine, String stage, String reason, List<String> console);

    void ready(int machines, double seconds);

    /** A cluster is ready, after so many seconds of the command. */
    void clusterReady(int nodes, double seconds);

    /** Words for people only. */
    void say(String line);
}
