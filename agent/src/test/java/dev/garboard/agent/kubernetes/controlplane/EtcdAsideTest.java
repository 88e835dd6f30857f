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

    private long free = Long.MAX_VALUE;
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

        assertEquals("", aside().take(directory.resolve("data"), true));
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

    /** The member's disk fails again and again after its data was set aside, which may be the last that is good. */
    @Test
    void whatFailedStartsLeaveNeverPushesOutDataThatHadAVote() throws IOException {
        take("good");
        for (var content : List.of("restored", "failed", "failed again", "failed once more")) {
            now = now.plusSeconds(60);
            takeOfNoVote(content);
        }

        assertEquals(
                List.of("20261201T100000.000Z", "20261201T100100.000Z-never-voted", "20261201T100400.000Z-never-voted"),
                kept());
        assertEquals("good", Files.readString(directory.resolve("aside/20261201T100000.000Z/member/snap/db")));
        assertEquals(
                List.of("20261201T100000.000Z", "20261201T100100.000Z-never-voted", "20261201T100400.000Z-never-voted"),
                told());
    }

    @Test
    void whereRoomIsShortWhatNeverVotedGoesFirstAndTheLastThatVotedStays() throws IOException {
        takeOfNoVote("failed");
        now = now.plusSeconds(60);
        take("first");
        now = now.plusSeconds(60);
        take("second");
        free = "third".length() - 1L;
        now = now.plusSeconds(60);

        take("third");

        assertEquals(List.of("20261201T100300.000Z"), kept());
        now = now.plusSeconds(60);
        assertEquals(
                "the former data, with which this member never voted, is deleted: there is room for no more than "
                        + directory.resolve("aside/20261201T100300.000Z"),
                takeOfNoVote("failed"));
        assertEquals(List.of("20261201T100300.000Z"), kept());
    }

    @Test
    void whereThereIsRoomForExactlyAsMuchMoreNothingGoes() throws IOException {
        take("first");
        now = now.plusSeconds(60);
        free = "second".length();

        take("second");

        assertEquals(List.of("20261201T100000.000Z", "20261201T100100.000Z"), kept());
    }

    @Test
    void ofDataThatNeverVotedTheFirstStaysWhereNothingElseIsKeptAndRoomIsShort() throws IOException {
        takeOfNoVote("restored");
        now = now.plusSeconds(60);
        free = 0;

        takeOfNoVote("failed");

        assertEquals(List.of("20261201T100000.000Z-never-voted"), kept());
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
        return take(content, true);
    }

    private String takeOfNoVote(String content) throws IOException {
        return take(content, false);
    }

    private String take(String content, boolean hasVoted) throws IOException {
        var database = directory.resolve("data/member/snap/db");
        Files.createDirectories(database.getParent());
        Files.writeString(database, content);
        return aside().take(directory.resolve("data"), hasVoted);
    }

    private EtcdAside aside() {
        return new EtcdAside(directory.resolve("aside"), () -> now, () -> free);
    }

    /** The names of what the node says that it keeps. */
    private List<String> told() throws IOException {
        return aside().kept().getDataList().stream()
                .map(data -> directory
                        .resolve("aside")
                        .relativize(Path.of(data.getPath()))
                        .toString())
                .toList();
    }

    private List<String> kept() throws IOException {
        try (var all = Files.list(directory.resolve("aside"))) {
            return all.map(one -> one.getFileName().toString()).sorted().toList();
        }
    }
}
