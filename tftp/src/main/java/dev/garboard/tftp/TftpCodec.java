package dev.garboard.tftp;

import dev.garboard.tftp.TftpPacket.Ack;
import dev.garboard.tftp.TftpPacket.Data;
import dev.garboard.tftp.TftpPacket.Failure;
import dev.garboard.tftp.TftpPacket.OptionAck;
import dev.garboard.tftp.TftpPacket.ReadRequest;
import dev.garboard.tftp.TftpPacket.WriteRequest;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads and writes TFTP packets. Text is Latin-1, so that a file name with trailing garbage keeps its bytes. */
final class TftpCodec {
    static final int MAX_OPTIONS = 32;

    private TftpCodec() {}

    static TftpPacket read(ByteBuf in) {
        if (in.readableBytes() < 2) {
            throw new MalformedTftpException(in.readableBytes() + " bytes, expected an opcode of 2");
        }
        int opcode = in.readUnsignedShort();
        return switch (opcode) {
            case 1 -> new ReadRequest(readText(in, "file name"), readText(in, "mode"), readOptions(in));
            case 2 -> new WriteRequest(readText(in, "file name"), readText(in, "mode"), readOptions(in));
            case 3 -> new Data(readShort(in, "block number"), readRest(in));
            // Bytes behind the number are padding that some NICs leave in the datagram.
            case 4 -> new Ack(readShort(in, "block number"));
            case 5 -> new Failure(readShort(in, "error code"), readErrorText(in));
            case 6 -> new OptionAck(readOptions(in));
            default -> throw new MalformedTftpException("opcode " + opcode + ", expected 1 to 6");
        };
    }

    static void write(TftpPacket packet, ByteBuf out) {
        switch (packet) {
            case ReadRequest(var file, var mode, var options) -> {
                out.writeShort(1);
                writeText(file, out);
                writeText(mode, out);
                writeOptions(options, out);
            }
            case WriteRequest(var file, var mode, var options) -> {
                out.writeShort(2);
                writeText(file, out);
                writeText(mode, out);
                writeOptions(options, out);
            }
            case Data data -> {
                out.writeShort(3);
                out.writeShort(data.block());
                out.writeBytes(data.payload());
            }
            case Ack(int block) -> {
                out.writeShort(4);
                out.writeShort(block);
            }
            case Failure(int code, var message) -> {
                out.writeShort(5);
                out.writeShort(code);
                writeText(message, out);
            }
            case OptionAck(var options) -> {
                out.writeShort(6);
                writeOptions(options, out);
            }
        }
    }

    private static List<TftpOption> readOptions(ByteBuf in) {
        var options = new ArrayList<TftpOption>();
        // NULs behind the last option are padding (seen with DHCP relays that copy whole frames), not an option without
        // a name.
        while (in.isReadable() && in.getByte(in.readerIndex()) != 0) {
            if (options.size() == MAX_OPTIONS) {
                throw new MalformedTftpException("more than " + MAX_OPTIONS + " options");
            }
            options.add(option(readText(in, "option name"), readText(in, "option value")));
        }
        return options;
    }

    private static TftpOption option(String name, String value) {
        try {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "blksize" -> new TftpOption.BlockSize(Integer.parseInt(value));
                case "tsize" -> new TftpOption.TransferSize(Long.parseLong(value));
                case "timeout" -> new TftpOption.Timeout(Integer.parseInt(value));
                case "windowsize" -> new TftpOption.WindowSize(Integer.parseInt(value));
                default -> new TftpOption.Unknown(name, value);
            };
        } catch (IllegalArgumentException senseless) {
            return new TftpOption.Unknown(name, value);
        }
    }

    private static void writeOptions(List<TftpOption> options, ByteBuf out) {
        for (var option : options) {
            writeText(option.name(), out);
            writeText(option.value(), out);
        }
    }

    private static int readShort(ByteBuf in, String what) {
        if (in.readableBytes() < 2) {
            throw new MalformedTftpException(
                    in.readableBytes() + " bytes behind the opcode, expected a " + what + " of 2");
        }
        return in.readUnsignedShort();
    }

    private static String readText(ByteBuf in, String what) {
        int length = in.bytesBefore((byte) 0);
        if (length < 0) {
            throw new MalformedTftpException(what + " of " + in.readableBytes() + " bytes has no NUL at its end");
        }
        String text = in.readString(length, StandardCharsets.ISO_8859_1);
        in.skipBytes(1);
        return text;
    }

    /** Some clients send an error without a text, or a text without its NUL; neither is worth a second error. */
    private static String readErrorText(ByteBuf in) {
        int nul = in.bytesBefore((byte) 0);
        return in.readString(nul < 0 ? in.readableBytes() : nul, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer readRest(ByteBuf in) {
        var bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static void writeText(String text, ByteBuf out) {
        out.writeCharSequence(text.replace("\0", ""), StandardCharsets.ISO_8859_1);
        out.writeByte(0);
    }
}
