package dev.garboard.tftp;

/**
 * Which blocks of a file are out and which are acknowledged (RFC 1350, RFC 7440). Blocks are counted from 1 without end; on the wire they
 * are 16 bits and go from 65535 on to 0.
 */
final class SendWindow {
    private final long size;
    private final int blockSize;
    private final int windowSize;
    private final long finalBlock;
    private long firstUnacknowledged = 1;
    private long lastSent;

    SendWindow(long size, int blockSize, int windowSize) {
        this.size = size;
        this.blockSize = blockSize;
        this.windowSize = windowSize;
        // A file that fills its last block is ended by an empty one.
        this.finalBlock = size / blockSize + 1;
    }

    long first() {
        return firstUnacknowledged;
    }

    long last() {
        return Math.min(firstUnacknowledged + windowSize - 1, finalBlock);
    }

    long position(long block) {
        return (block - 1) * blockSize;
    }

    int length(long block) {
        return (int) Math.min(blockSize, size - position(block));
    }

    void sent() {
        lastSent = Math.max(lastSent, last());
    }

    /**
     * Whether this acknowledgement made progress. One that names a block inside the window means that the next ones were lost, so sending goes
     * on behind it. Any other is a duplicate: answering it would double every following packet (the Sorcerer's Apprentice, RFC 1123 4.2.3.1).
     */
    boolean acknowledge(int block) {
        long ahead = (block - (firstUnacknowledged - 1)) & 0xffff;
        if (ahead < 1 || ahead > lastSent - firstUnacknowledged + 1) {
            return false;
        }
        firstUnacknowledged += ahead;
        return true;
    }

    boolean isComplete() {
        return firstUnacknowledged > finalBlock;
    }

    long acknowledgedBytes() {
        return Math.min(size, position(firstUnacknowledged));
    }

    static int onWire(long block) {
        return (int) (block & 0xffff);
    }
}
