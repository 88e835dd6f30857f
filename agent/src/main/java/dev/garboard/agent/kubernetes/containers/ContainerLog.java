package dev.garboard.agent.kubernetes.containers;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.containers.ContainerCalls.LogSink;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.v1.ContainerLogLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Sends what a container wrote, and what it writes from now on until it ends. */
final class ContainerLog {

    private static final long LOOK_MILLIS = 200;

    /** Whether it still runs is asked less often: that is a question to containerd. */
    private static final int LOOKS_PER_QUESTION = 10;

    /** More than a file of 10 MiB can hold of lines that are worth counting; 8 bytes each are kept. */
    private static final int LONGEST_TAIL = 100_000;

    private final LogFile file;
    private final LogSink sink;
    private final LogText text = new LogText();

    private ContainerLog(LogFile file, LogSink sink) {
        this.file = file;
        this.sink = sink;
    }

    /** What the file holds now. */
    static void read(Path path, long tail, LogSink sink) throws IOException, InterruptedException {
        try (var file = LogFile.open(path)) {
            var log = new ContainerLog(file, sink);
            log.begin(tail);
            if (log.sendAll()) {
                log.sendRest();
            }
        }
    }

    /**
     * The same, and what comes.
     *
     * @param runs whether the container can still write
     */
    static void follow(Path path, long tail, LogSink sink, BooleanSupplier isWanted, BooleanSupplier runs)
            throws IOException, InterruptedException {
        try (var file = LogFile.open(path)) {
            var log = new ContainerLog(file, sink);
            log.begin(tail);
            log.follow(isWanted, runs);
        }
    }

    private void begin(long tail) throws IOException {
        if (tail > 0 && tail <= LONGEST_TAIL) {
            file.toTail((int) tail);
        }
    }

    private void follow(BooleanSupplier isWanted, BooleanSupplier runs) throws IOException, InterruptedException {
        int looks = 0;
        while (isWanted.getAsBoolean() && sendAll()) {
            if (file.isReplaced()) {
                // containerd writes into the old file until it has opened the new one.
                Thread.sleep(LOOK_MILLIS);
                if (!sendAll() || !sendRest()) {
                    return;
                }
                file.reopen();
                continue;
            }
            if (++looks % LOOKS_PER_QUESTION == 0 && !runs.getAsBoolean()) {
                if (sendAll()) {
                    sendRest();
                }
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private boolean sendAll() throws IOException, InterruptedException {
        for (var line = file.next(); line.isPresent(); line = file.next()) {
            if (!send(line.get())) {
                return false;
            }
        }
        return true;
    }

    private boolean sendRest() throws InterruptedException {
        var rest = file.rest();
        return rest.isEmpty() || send(rest.get());
    }

    private boolean send(ByteString line) throws InterruptedException {
        var entry = LogEntry.parse(line);
        var message = ContainerLogLine.newBuilder()
                .setStream(entry.stream())
                .setText(text.of(entry))
                .setPartial(entry.partial());
        var time = entry.time();
        if (time != null) {
            message.setTime(ServiceMessages.timestamp(time));
        }
        return sink.send(message.build());
    }
}
