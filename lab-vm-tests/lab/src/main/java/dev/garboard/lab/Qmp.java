package dev.garboard.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** QEMU's control socket (QMP): one command at a time. */
final class Qmp implements AutoCloseable {

    private final SocketChannel channel;
    private final BufferedReader answers;

    private Qmp(SocketChannel channel) {
        this.channel = channel;
        this.answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    static Qmp connect(Path socket) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(LabDirectory.reachable(socket)));
            var qmp = new Qmp(channel);
            qmp.answers.readLine();
            qmp.execute("qmp_capabilities");
            return qmp;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Sends a command without arguments and waits until QEMU has answered it; events in between are skipped. */
    void execute(String command) throws IOException {
        channel.write(ByteBuffer.wrap(("{\"execute\":\"" + command + "\"}\n").getBytes(StandardCharsets.US_ASCII)));
        String line;
        while ((line = answers.readLine()) != null) {
            if (line.startsWith("{\"return\"")) {
                return;
            }
            if (line.startsWith("{\"error\"")) {
                throw new LabException("QEMU refused " + command + ": " + line);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
