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
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU's control socket (QMP): one command at a time. */
final class Qmp implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

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

    /** Sends a command without arguments and waits until QEMU has answered it. */
    void execute(String command) throws IOException {
        answer(command, Map.of("execute", command));
    }

    /** What QEMU's monitor for people says to a command. */
    String monitor(String command) throws IOException {
        return answer(command, Map.of("execute", "human-monitor-command", "arguments", Map.of("command-line", command)))
                .asString("");
    }

    /** Events in between are skipped. */
    private JsonNode answer(String command, Map<String, Object> request) throws IOException {
        channel.write(ByteBuffer.wrap((MAPPER.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8)));
        String line;
        while ((line = answers.readLine()) != null) {
            var answer = MAPPER.readTree(line);
            if (answer.has("return")) {
                return answer.path("return");
            }
            if (answer.has("error")) {
                throw new LabException("QEMU refused " + command + ": " + line);
            }
        }
        throw new IOException("QEMU ended before it answered " + command);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
