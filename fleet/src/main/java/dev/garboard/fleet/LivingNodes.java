package dev.garboard.fleet;

/** Whether a node that was there before still is. */
@FunctionalInterface
interface LivingNodes {

    /** Asks the machine API at that address; only the node with the machine's own certificate counts. Takes at most some seconds. */
    boolean answers(String machine, String address, int apiPort);
}
