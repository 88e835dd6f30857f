package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agentapi.v1.NodeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdAsideTest {

    @TempDir
    private Path directory;

    private Instant now = Instant.parse("2026-12-01T10:00:00Z");

    @Test
    void dataIsMovedWholeAndItIsSaidWhereAndUntilWhen() throws IOException {
        var where = take("first");

        var place = directory.resolve("aside/20261201T100000.000Z");
        assertEquals(
                "the former data lies in " + place
                        + " until 2026-12-08T10:00:00Z, longer if this member does not vote by then",
                where);
        assertEquals("first", Files.readString(place.resolve("member/snap/db")));
        assertEquals(false, Files.exists(directory.resolve("data")));
    }

    @Test
    void anEmptyDirectoryIsNothingToKeep() throws IOException {
        Files.createDirectory(directory.resolve("data"));

        assertEquals("", aside().take(directory.resolve("data")));
        assertEquals(false, Files.exists(directory.resolve("aside")));
    }

    @Test
    void theNewestTwoAreKept() throws IOException {
        for (var content : List.of("first", "second", "third")) {
            take(content);
            now = now.plusSeconds(60);
        }

        assertEquals(List.of("20261201T100100.000Z", "20261201T100200.000Z"), kept());
    }

    @Test
    void aWeekLaterItGoesAndWhatIsNotOursStays() throws IOException {
        take("first");
        Files.createDirectory(directory.resolve("aside/by-hand"));
        now = now.plus(EtcdAside.KEPT_FOR);
        aside().expire();
        assertEquals(List.of("20261201T100000.000Z", "by-hand"), kept());

        now = now.plus(Duration.ofSeconds(1));
        aside().expire();

        assertEquals(List.of("by-hand"), kept());
    }

    @Test
    void whatIsKeptIsToldWithItsPlaceTimesAndSize() throws IOException {
        assertEquals(NodeMessage.EtcdAside.getDefaultInstance(), aside().kept());
        take("first");
        now = now.plusSeconds(60);
        take("the second");
        Files.createDirectory(directory.resolve("aside/by-hand"));

        var kept = aside().kept().getDataList();

        assertEquals(
                List.of("20261201T100000.000Z", "20261201T100100.000Z"),
                kept.stream()
                        .map(data -> directory
                                .resolve("aside")
                                .relativize(Path.of(data.getPath()))
                                .toString())
                        .toList());
        var second = kept.getLast();
        assertEquals(now.getEpochSecond(), second.getSince().getSeconds());
        assertEquals(
                now.plus(Duration.ofDays(7)).getEpochSecond(), second.getUntil().getSeconds());
        assertEquals("the second".length(), second.getBytes());
    }

    @Test
    void aNodeThatLeavesItsClusterForgetsAllOfIt() throws IOException {
        take("first");

        aside().forget();

        assertEquals(List.of(), kept());
    }

    private String take(String content) throws IOException {
        var database = directory.resolve("data/member/snap/db");
        Files.createDirectories(database.getParent());
        Files.writeString(database, content);
        return aside().take(directory.resolve("data"));
    }

    private EtcdAside aside() {
        return new EtcdAside(directory.resolve("aside"), () -> now);
    }

    private List<String> kept() throws IOException {
        try (var all = Files.list(directory.resolve("aside"))) {
            return all.map(one -> one.getFileName().toString()).sorted().toList();
        }
    }
}
