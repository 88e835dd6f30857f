package dev.garboard.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What can happen to a virtual machine of a lab from outside, where the lab's own buttons are too slow or do not reach; and what its disk holds. */
record VirtualMachine(LabFixture lab, String name) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration COMMAND = Duration.ofMinutes(2);

    /** The machine's plug at hand: to find the process takes longer than what is to be cut short. */
    ProcessHandle plug() {
        return ProcessHandle.of(lab.status(name).path("pid").asLong()).orElseThrow();
    }

    /** Pulls the plug: nothing that the machine still wanted to write is written. */
    static void pull(ProcessHandle plug) throws Exception {
        if (!plug.destroyForcibly()) {
            throw new AssertionError("the machine was off");
        }
        plug.onExit().get(1, TimeUnit.MINUTES);
    }

    /** From now on until it is powered off, the disk takes so few writes a second that what is written one after the other can be told apart. */
    void slowDisk(int writesPerSecond) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(place().resolve("qmp.sock")));
            var answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            answers.readLine();
            execute(channel, answers, Map.of("execute", "qmp_capabilities"));
            execute(
                    channel,
                    answers,
                    Map.of(
                            "execute",
                            "block_set_io_throttle",
                            "arguments",
                            Map.of(
                                    "device",
                                    "disk",
                                    "bps",
                                    0,
                                    "bps_rd",
                                    0,
                                    "bps_wr",
                                    0,
                                    "iops",
                                    0,
                                    "iops_rd",
                                    0,
                                    "iops_wr",
                                    writesPerSecond)));
        }
    }

    private static void execute(SocketChannel channel, BufferedReader answers, Map<String, Object> command)
            throws IOException {
        channel.write(ByteBuffer.wrap((MAPPER.writeValueAsString(command) + "\n").getBytes(StandardCharsets.UTF_8)));
        JsonNode answer;
        do {
            answer = MAPPER.readTree(answers.readLine());
        } while (answer.has("event"));
        if (!answer.has("return")) {
            throw new AssertionError("QEMU refused " + command + ": " + answer);
        }
    }

    /** What a start would find on the disk of the machine, which is off: a file's text below {@code /var}, empty when it is absent. */
    String onDisk(String file) {
        replayJournal();
        return debugfs("cat " + file).strip();
    }

    /** The names in a directory below {@code /var}. */
    List<String> listedOnDisk(String directory) {
        replayJournal();
        return debugfs("ls -p " + directory)
                .lines()
                .map(line -> line.split("/", -1))
                .filter(entry -> entry.length > 5)
                .map(entry -> entry[5])
                .filter(entry -> !entry.startsWith("."))
                .sorted()
                .toList();
    }

    /** As every mount does. */
    private void replayJournal() {
        Program.run(List.of("e2fsck", "-y", "-E", "journal_only", disk().toString()), place(), Map.of(), COMMAND)
                .succeeded();
    }

    private String debugfs(String request) {
        return Program.run(List.of("debugfs", "-R", request, disk().toString()), place(), Map.of(), COMMAND)
                .succeeded()
                .out();
    }

    private Path disk() {
        return place().resolve("disk.img");
    }

    private Path place() {
        return lab.directory().resolve("machines").resolve(name);
    }
}
