package dev.garboard.fleet.cluster;

import java.util.List;

/**
 * How far a node has been emptied.
 *
 * @param left pods that are still there and do not stay
 * @param refused those that may not go now, each with the reason
 */
record Drain(int left, List<String> refused) {

    Drain {
        refused = List.copyOf(refused);
    }

    boolean isDone() {
        return left == 0;
    }
}
