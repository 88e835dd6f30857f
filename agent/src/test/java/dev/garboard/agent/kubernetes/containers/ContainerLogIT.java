package dev.garboard.agent.kubernetes.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agentapi.v1.ContainerLogLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as containerd writes and the kubelet rotates them. */
class ContainerLogIT {

    private static final String STAMP = "2026-11-26T07:30:00.000000001Z stdout ";

    @TempDir
    private Path directory;

    private Path log;

    @BeforeEach
    void makeLog() throws IOException {
        log = directory.resolve("0.log");
        write("F one\n", "P two ", "\n", "F halves\n", "F three\n");
    }

    @Test
    void readsAllOfIt() throws Exception {
        assertEquals(List.of("one", "two …", "halves", "three"), read(0));
    }

    @Test
    void beginsWithTheLastLinesAndCountsThePartsOfOneAsOne() throws Exception {
        assertEquals(List.of("three"), read(1));
        assertEquals(List.of("two …", "halves", "three"), read(2));
        assertEquals(List.of("one", "two …", "halves", "three"), read(3));
        assertEquals(List.of("one", "two …", "halves", "three"), read(50));
    }

    @Test
    void showsALineThatWasNeverFinishedAndOneThatIsNoLine() throws Exception {
        Files.writeString(log, "garbage\n" + STAMP + "F torn", StandardOpenOption.APPEND);

        assertEquals(List.of("garbage", "torn"), read(2));
    }

    @Test
    void aLineWithoutEndIsReadInPieces() throws Exception {
        Files.writeString(log, STAMP + "F " + "x".repeat(200_000) + "\n");

        int length = read(0).stream().mapToInt(String::length).sum();

        assertEquals(200_000, length);
    }

    @Test
    void followsIntoTheNextFileAndEndsWithTheContainer() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var runs = new AtomicBoolean(true);
        var thread = Thread.ofVirtual().start(() -> {
            try {
                ContainerLog.follow(log, 1, line -> heard.add(text(line)), () -> true, runs::get);
                heard.add("ended");
            } catch (IOException | InterruptedException failed) {
                heard.add(failed.toString());
            }
        });
        assertEquals("three", heard.poll(30, TimeUnit.SECONDS));

        write("F four\n");
        assertEquals("four", heard.poll(30, TimeUnit.SECONDS));
        Files.move(log, directory.resolve("0.log.20261126-073000"));
        // The container's last words in the old file, before containerd opens the new one.
        Files.writeString(directory.resolve("0.log.20261126-073000"), STAMP + "F five\n", StandardOpenOption.APPEND);
        write("F six\n");
        assertEquals("five", heard.poll(30, TimeUnit.SECONDS));
        assertEquals("six", heard.poll(30, TimeUnit.SECONDS));
        runs.set(false);
        assertEquals("ended", heard.poll(30, TimeUnit.SECONDS));
        thread.join();
    }

    @Test
    void endsWhenNobodyReadsAnyMore() throws Exception {
        var heard = new ArrayList<String>();

        ContainerLog.follow(log, 0, line -> heard.add(text(line)) && heard.size() < 2, () -> true, () -> true);

        assertEquals(List.of("one", "two …"), heard);
    }

    /** Each text with its tag; an end of line alone ends what came before. */
    private void write(String... entries) throws IOException {
        for (var entry : entries) {
            Files.writeString(
                    log,
                    entry.equals("\n") ? entry : STAMP + entry,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private List<String> read(int tail) throws Exception {
        var lines = new ArrayList<String>();
        ContainerLog.read(log, tail, line -> lines.add(text(line)));
        return lines;
    }

    private static String text(ContainerLogLine line) {
        return line.getText() + (line.getPartial() ? "…" : "");
    }
}
