package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootTimelineTest {

    static final Instant NOW = Samples.TIME.plusSeconds(100);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        dhcp | UDP port 69 (TFTP)
        dhcp loader | Secure Boot
        dhcp loader script | TCP port 80
        dhcp script kernel | initramfs was not
        dhcp script kernel initramfs | root image was not fetched
        dhcp script kernel initramfs root | dm-verity
        dhcp script kernel initramfs root network | TCP port 7443
        dhcp script kernel initramfs root network agent | garboard machine accept
        dhcp script kernel initramfs root network agent enrolled | did not become ready
        dhcp script kernel initramfs root network agent enrolled ready | said no goodbye
        """)
    void whereABootStoppedTellsTheLikelyCause(String stages, String cause) {
        var status = begun(stages.split(" "));

        var given = BootTimeline.giveUp(status, NOW);

        assertEquals("Failed", given.outcome());
        assertEquals(stages.substring(stages.lastIndexOf(' ') + 1), given.stoppedAt());
        assertEquals(NOW, given.endedAt());
        assertTrue(String.valueOf(given.likelyCause()).contains(cause), given.likelyCause());
    }

    /** A stranger may ask for a file of any boot, as often as he likes. */
    @Test
    void refusalsLeaveRoomForTheBootsOwnSteps() {
        var status = BootSessionStatus.begun();
        for (int i = 0; i < 2 * BootTimeline.MAX_STEPS; i++) {
            status = BootTimeline.append(
                    status, new BootSessionStatus.Step(NOW, "initramfs", "http", "refused", 0, "refused"), true);
        }

        assertEquals(BootTimeline.MAX_REFUSALS, status.steps().size());
        var step = new BootSessionStatus.Step(NOW, "root", "http", "sent", 1, "ok");
        assertEquals(step, BootTimeline.append(status, step, true).steps().getLast());
    }

    @Test
    void everyStageHasACause() {
        for (var stage : List.of(
                "dhcp",
                "loader",
                "script",
                "kernel",
                "initramfs",
                "root",
                "stage-0",
                "network",
                "agent",
                "enrolled",
                "ready")) {
            assertFalse(BootCauses.of(begun(stage).steps()).equals(BootCauses.of(List.of())), stage);
        }
    }

    @Test
    void aStepThatFailedIsTheFirstSuspect() {
        var status = BootTimeline.append(
                begun("dhcp", "script", "kernel"),
                new BootSessionStatus.Step(Samples.TIME, "root", "http", "connection reset", 1000, "failed"),
                true);

        var cause = String.valueOf(BootTimeline.giveUp(status, NOW).likelyCause());

        assertTrue(
                cause.startsWith(
                        "the last step, root over http, failed after 1000 bytes: connection reset. Otherwise "),
                cause);
    }

    @Test
    void aReadyMachineThatIsLostAndComesBackIsReady() {
        var ready = begun("dhcp", "agent", "ready");
        var lost = BootTimeline.append(ready, step("lost", "failed"), true);
        var back = BootTimeline.append(lost, step("agent", "ok"), true);

        assertEquals("Ready", lost.outcome());
        assertTrue(String.valueOf(lost.likelyCause()).contains("no goodbye"), lost.likelyCause());
        assertEquals("Ready", back.outcome());
        assertEquals(null, back.likelyCause());
    }

    @Test
    void aGoodbyeEndsTheBootAndWhatFollowsIsNoFailure() {
        var ended = BootTimeline.append(begun("dhcp", "ready"), step("reboot", "ok"), true);
        var after = BootTimeline.append(ended, step("lost", "failed"), true);

        assertEquals("Ended", after.outcome());
        assertEquals(null, after.likelyCause());
        assertEquals(after, BootTimeline.giveUp(after, NOW));
    }

    @Test
    void aBootThatWasGivenUpTooEarlyComesBackToLife() {
        var failed = BootTimeline.giveUp(begun("dhcp", "script"), NOW);

        assertEquals(
                "Running",
                BootTimeline.append(failed, step("kernel", "ok"), true).outcome());
        assertEquals(
                "Failed",
                BootTimeline.append(failed, step("kernel", "ok"), false).outcome());
    }

    @Test
    void aLoopDoesNotFillTheTimelineAndDoesNotHideTheEnd() {
        var status = begun("dhcp");
        for (int i = 0; i < 1000; i++) {
            status = BootTimeline.append(status, step("loader", "ok"), true);
        }
        status = BootTimeline.append(status, step("ready", "ok"), true);

        assertEquals(BootTimeline.MAX_STEPS + 1, status.steps().size());
        assertEquals("Ready", status.outcome());
    }

    /** However often a loader asks: what decides has a place of its own, and that is bounded too. */
    @Test
    void whatDecidesHasRoomBehindALoop() {
        var status = begun("dhcp");
        while (status.steps().size() < BootTimeline.MAX_STEPS) {
            status = BootTimeline.append(status, step("loader", "ok"), true);
        }
        for (var stage : List.of("dhcp", "network")) {
            assertEquals(
                    status.steps(),
                    BootTimeline.append(status, step(stage, "ok"), true).steps(),
                    stage);
        }
        for (var stage : List.of("agent", "enrolled", "pending", "lost")) {
            status = BootTimeline.append(status, step(stage, "ok"), true);
            assertEquals(stage, status.steps().getLast().stage());
        }
        for (int i = 0; i < 100; i++) {
            status = BootTimeline.append(status, step("agent", "ok"), true);
        }
        assertEquals(BootTimeline.MAX_STEPS + 50, status.steps().size());
    }

    @Test
    void aDetailIsCutWhereItIsTooLong() {
        var whole = BootTimeline.append(BootSessionStatus.begun(), detailed("x".repeat(500)), true);
        var cut = BootTimeline.append(BootSessionStatus.begun(), detailed("x".repeat(501)), true);

        assertEquals("x".repeat(500), whole.steps().getFirst().detail());
        assertEquals(
                new BootSessionStatus.Step(Samples.TIME, "loader", "tftp", "x".repeat(500) + "…", 7, "failed"),
                cut.steps().getFirst());
    }

    private static BootSessionStatus.Step detailed(String detail) {
        return new BootSessionStatus.Step(Samples.TIME, "loader", "tftp", detail, 7, "failed");
    }

    @Test
    void aLostMachineIsFoundBySomethingThatOnlyALivingOneDoes() {
        var lost = BootTimeline.append(begun("dhcp", "agent", "ready"), step("lost", "failed"), true);

        for (var stage : List.of("network", "agent", "enrolled")) {
            assertEquals(
                    null, BootTimeline.append(lost, step(stage, "ok"), true).likelyCause(), stage);
            assertEquals(
                    lost.likelyCause(),
                    BootTimeline.append(lost, step(stage, "failed"), true).likelyCause(),
                    stage);
            assertEquals(
                    lost.likelyCause(),
                    BootTimeline.append(lost, step(stage, "ok"), false).likelyCause(),
                    stage);
        }
        assertEquals(
                lost.likelyCause(),
                BootTimeline.append(lost, step("loader", "ok"), true).likelyCause(),
                "a late loader says nothing");
    }

    @Test
    void onlyTheNewestBootBecomesReadyAndOnlyWhenThatWentWell() {
        var agent = begun("dhcp", "agent");

        assertEquals(
                "Ready", BootTimeline.append(agent, step("ready", "ok"), true).outcome());
        assertEquals(
                "Running",
                BootTimeline.append(agent, step("ready", "ok"), false).outcome());
        assertEquals(
                "Running",
                BootTimeline.append(agent, step("ready", "failed"), true).outcome());
    }

    @ParameterizedTest
    @CsvSource({
        "dhcp,                          FIRMWARE, 5,   true",
        "dhcp,                          FIRMWARE, 61,  false",
        "dhcp loader,                   FIRMWARE, 5,   false",
        "dhcp loader,                   IPXE,     20,  true",
        "dhcp loader,                   IPXE,     200, false",
        "dhcp loader script,            IPXE,     20,  true",
        "dhcp,                          IPXE,     20,  true",
        "dhcp script,                   IPXE,     20,  false",
        "dhcp loader script kernel,     IPXE,     5,   false",
        "dhcp script kernel root,       AGENT,    120, true",
        "dhcp script kernel root ready, AGENT,    120, true",
        "dhcp script kernel root ready, IPXE,     120, false",
        "dhcp script kernel root ready, FIRMWARE, 120, false"
    })
    void aDiscoverGoesOnOrBegins(String stages, BootClient.Stage stage, int seconds, boolean continues) {
        var session = new BootSession(Samples.SESSION, Samples.session().spec(), begun(stages.split(" ")));
        var client = new BootClient("52:54:00:00:00:01", MachineIdentity.none(), stage, "x86-bios", true, null);

        assertEquals(
                continues, BootContinuation.continues(session, client, Samples.TIME.plus(Duration.ofSeconds(seconds))));
    }

    private static BootSessionStatus begun(String... stages) {
        var status = BootSessionStatus.begun();
        for (var step : Stream.of(stages).map(stage -> step(stage, "ok")).toList()) {
            status = BootTimeline.append(status, step, true);
        }
        return status;
    }

    private static BootSessionStatus.Step step(String stage, String outcome) {
        return new BootSessionStatus.Step(Samples.TIME, stage, "http", "", 0, outcome);
    }
}
