package dev.garboard.tftp;

import java.nio.ByteBuffer;
import java.util.List;

/** One TFTP packet (RFC 1350 section 5, RFC 2347). */
public sealed interface TftpPacket {

    /** Opcode 1: asks for a file. */
    record ReadRequest(String file, String mode, List<TftpOption> options) implements TftpPacket {
        public ReadRequest {
            options = List.copyOf(options);
        }
    }

    /** Opcode 2: wants to write a file, which this server always refuses. */
    record WriteRequest(String file, String mode, List<TftpOption> options) implements TftpPacket {
        public WriteRequest {
            options = List.copyOf(options);
        }
    }

    /** Opcode 3: one block of the file. The number is 16 bits on the wire and goes from 65535 on to 0. */
    record Data(int block, ByteBuffer payload) implements TftpPacket {
        public Data {
            requireBlock(block);
            payload = payload.asReadOnlyBuffer();
        }

        /** The bytes, with a position of the caller's own: a buffer compares by what remains in it. */
        @Override
        public ByteBuffer payload() {
            return payload.duplicate();
        }
    }

    /** Opcode 4: all blocks up to this one arrived. */
    record Ack(int block) implements TftpPacket {
        public Ack {
            requireBlock(block);
        }
    }

    /** Opcode 5: the end of a transfer, or the answer to a stranger. */
    record Failure(int code, String message) implements TftpPacket {
        /** See the message. */
        public static final int UNDEFINED = 0;

        /** File not found. */
        public static final int NOT_FOUND = 1;

        /** Access violation. */
        public static final int ACCESS_VIOLATION = 2;

        /** Illegal TFTP operation. */
        public static final int ILLEGAL_OPERATION = 4;

        /** Unknown transfer id: the packet came from a port that has no part in this transfer. */
        public static final int UNKNOWN_TRANSFER = 5;

        /** RFC 2347: the options offered are not wanted; firmware ends its size query this way. */
        public static final int OPTIONS_REFUSED = 8;

        public Failure {
            if (code < 0 || code > 0xffff) {
                throw new IllegalArgumentException("error code is " + code + ", expected 0 to 65535");
            }
        }
    }

    /** Opcode 6: the options the server agrees to (RFC 2347). */
    record OptionAck(List<TftpOption> options) implements TftpPacket {
        public OptionAck {
            options = List.copyOf(options);
        }
    }

    private static void requireBlock(int block) {
        if (block < 0 || block > 0xffff) {
            throw new IllegalArgumentException("block is " + block + ", expected 0 to 65535");
        }
    }
}
