package dev.garboard.tftp;

/**
 * A bad network, the same in every run: of the packets in one direction every n-th is lost, doubled, or kept back until the next one has passed.
 * Zero turns a fault off.
 */
record Faults(int drop, int duplicate, int swap) {
    static final Faults NONE = new Faults(0, 0, 0);

    boolean drops(int number) {
        return drop > 0 && number % drop == 0;
    }

    boolean duplicates(int number) {
        return duplicate > 0 && number % duplicate == 0;
    }

    boolean swaps(int number) {
        return swap > 0 && number % swap == 0;
    }
}
