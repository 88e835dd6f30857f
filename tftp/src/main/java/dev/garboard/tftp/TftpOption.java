package dev.garboard.tftp;

/** One option of a request or of its acknowledgement (RFC 2347). */
public sealed interface TftpOption {

    /** The name as written on the wire; names are compared without regard to case. */
    String name();

    /** The value as written on the wire. */
    String value();

    /** RFC 2348: the bytes of a full data block. */
    record BlockSize(int bytes) implements TftpOption {
        /** The smallest block RFC 2348 allows. */
        public static final int MIN = 8;

        /** The largest block RFC 2348 allows. */
        public static final int MAX = 65464;

        public BlockSize {
            requireRange("blksize", bytes, MIN, MAX);
        }

        @Override
        public String name() {
            return "blksize";
        }

        @Override
        public String value() {
            return Integer.toString(bytes);
        }
    }

    /** RFC 2349: the size of the file; a reader asks with 0. */
    record TransferSize(long bytes) implements TftpOption {
        public TransferSize {
            requireRange("tsize", bytes, 0, Long.MAX_VALUE);
        }

        @Override
        public String name() {
            return "tsize";
        }

        @Override
        public String value() {
            return Long.toString(bytes);
        }
    }

    /** RFC 2349: the seconds to wait before a retransmission. */
    record Timeout(int seconds) implements TftpOption {
        public Timeout {
            requireRange("timeout", seconds, 1, 255);
        }

        @Override
        public String name() {
            return "timeout";
        }

        @Override
        public String value() {
            return Integer.toString(seconds);
        }
    }

    /** RFC 7440: the blocks that are sent before an acknowledgement is awaited. */
    record WindowSize(int blocks) implements TftpOption {
        public WindowSize {
            requireRange("windowsize", blocks, 1, 65535);
        }

        @Override
        public String name() {
            return "windowsize";
        }

        @Override
        public String value() {
            return Integer.toString(blocks);
        }
    }

    /** Any other option, and a known one whose value makes no sense: RFC 2347 has a server leave those unanswered. */
    record Unknown(String name, String value) implements TftpOption {}

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + min + " to " + max);
        }
    }
}
