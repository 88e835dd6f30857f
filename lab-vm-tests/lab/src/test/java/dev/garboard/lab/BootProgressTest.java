package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.lab.BootProgress.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BootProgressTest {

    private static final Instant POWERED_ON = Instant.parse("2026-11-23T12:00:00Z");

    private final BootProgress progress = new BootProgress("52:54:00:77:00:11", POWERED_ON);

    @Test
    void reportsEachStageOnceWithTheSecondsSincePowerOn() {
        var first = progress.sessions(session("Running", step("02.5", "dhcp", "192.168.77.100")));
        var second = progress.sessions(session(
                "Running",
                step("02.5", "dhcp", "192.168.77.100"),
                step("03.0", "loader", "snponly.efi"),
                step("03.1", "loader", "again"),
                step("03.5", "script", "")));

        assertEquals(List.of(new Event("dhcp", 2.5, "192.168.77.100", false)), first);
        assertEquals(
                List.of(new Event("loader", 3.0, "snponly.efi", false), new Event("script", 3.5, "", false)), second);
    }

    @Test
    void namesTheLoaderInTheCardWhenNoneWasDownloaded() {
        var events = progress.sessions(session("Running", step("02.5", "script", "")));

        assertEquals(
                List.of(
                        new Event("loader", 2.5, "iPXE in the network card's ROM", false),
                        new Event("script", 2.5, "", false)),
                events);
    }

    @Test
    void leavesOutStepsThatAreNoStage() {
        var events = progress.sessions(session("Running", step("04.0", "initramfs", ""), step("04.5", "network", "")));

        assertEquals(List.of(), events);
    }

    @Test
    void isReadyWhenTheSessionSaysSo() {
        assertFalse(progress.isReady());

        progress.sessions(session("Ready", step("20.0", "ready", "")));

        assertTrue(progress.isReady());
        assertEquals("ready", progress.last());
    }

    @Test
    void ignoresOtherMachinesAndEarlierBoots() {
        var other = new BootProgress("52:54:00:77:00:12", POWERED_ON);
        var later = new BootProgress("52:54:00:77:00:11", POWERED_ON.plusSeconds(60));
        var sessions = session("Running", step("02.5", "dhcp", ""));

        assertEquals(List.of(), other.sessions(sessions));
        assertEquals(List.of(), later.sessions(sessions));
    }

    @Test
    void reportsAProblemOnceAndWhyTheBootFailed() {
        var refused = """
                {"time":"2026-11-23T12:00:05.0Z","stage":"root","protocol":"http","detail":"connection lost","bytes":1,"outcome":"failed"}""";
        var sessions = session("Failed", refused);

        var events = progress.sessions(sessions);
        var again = progress.sessions(sessions);

        assertEquals(List.of(new Event("root", 5.0, "connection lost", true)), events);
        assertEquals(List.of(), again);
        assertEquals(Optional.of("failed: the cable"), progress.failure());
    }

    @Test
    void startsAgainWhenTheMachineBootsAgain() {
        progress.sessions(session("Failed", step("02.5", "dhcp", "")));

        var events = progress.sessions(parse("""
                {"items":[{"metadata":{"name":"b"},"spec":{"mac":"52:54:00:77:00:11","startedAt":"2026-11-23T12:00:30Z"},
                 "status":{"outcome":"Running","steps":[%s]}}]}""".formatted(step("31.0", "dhcp", ""))));

        assertEquals(
                List.of(
                        new Event("reboot", 30.0, "the machine boots again, session b", true),
                        new Event("dhcp", 31.0, "", false)),
                events);
        assertEquals(Optional.empty(), progress.failure());
    }

    @Test
    void seesStage0OnTheConsoleAlsoWhenItsLineIsReadInTwoParts() {
        progress.sessions(session("Running", step("05.0", "kernel", "")));
        var first = progress.console("Linux\r\ngarboard: stage st", POWERED_ON.plusSeconds(7));
        var second = progress.console("age-0 1.234\r\n", POWERED_ON.plusSeconds(8));

        assertEquals(List.of(), first);
        assertEquals(List.of(new Event("stage-0", 8.0, "", false)), second);
    }

    /** Both are read in turns, and a busy host leaves seconds between them. */
    @Test
    void tellsStage0AfterTheStagesThatTheServerKnowsLater() {
        var early = progress.console("garboard: stage stage-0 1.234\r\n", POWERED_ON.plusSeconds(7));
        var kernel = progress.sessions(session("Running", step("05.0", "kernel", "")));
        var agent = progress.sessions(session("Running", step("05.0", "kernel", ""), step("08.0", "agent", "")));

        assertEquals(List.of(), early);
        assertEquals(List.of(new Event("kernel", 5.0, "", false), new Event("stage-0", 7.0, "", false)), kernel);
        assertEquals(List.of(new Event("agent", 8.0, "", false)), agent);
    }

    private static String step(String seconds, String stage, String detail) {
        return """
                {"time":"2026-11-23T12:00:%sZ","stage":"%s","protocol":"http","detail":"%s","bytes":0,"outcome":"ok"}""".formatted(seconds, stage, detail);
    }

    private static JsonNode session(String outcome, String... steps) {
        return parse("""
                {"items":[{"metadata":{"name":"a"},
                 "spec":{"mac":"52:54:00:77:00:11","startedAt":"2026-11-23T12:00:02Z","decision":"boot lab"},
                 "status":{"outcome":"%s","likelyCause":"the cable","steps":[%s]}}]}""".formatted(outcome, String.join(",", steps)));
    }

    private static JsonNode parse(String json) {
        return JsonMapper.builder().build().readTree(json).path("items");
    }
}
