package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.EnrollmentRules;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What enrolment writes of a machine, in a real inventory. */
@Timeout(60)
class MachineDeskIT {

    private static final Instant NOW = Instant.parse("2026-11-23T18:15:00.123456Z");
    private static final Instant KEPT = Instant.parse("2026-11-23T18:15:00.123Z");
    private static final String MAC = "52:54:00:00:00:01";
    private static final String FIRST = "a".repeat(32);
    private static final String SECOND = "b".repeat(32);
    private static final MachineDesk.Admission ACCEPTED =
            new MachineDesk.Admission(Acceptance.ACCEPTED, "lab", Map.of("rack", "a"), true);

    @TempDir
    Path directory;

    private Inventory inventory;
    private MachineIndex index;
    private MachineDesk desk;

    @BeforeEach
    void open() {
        inventory = Inventory.open(directory.resolve("garboard.db").toString());
        index = new MachineIndex(inventory.store());
        desk = new MachineDesk(inventory.store(), index, InstantSource.fixed(NOW));
    }

    @AfterEach
    void close() {
        index.close();
        inventory.close();
    }

    private static Applicant applicant(String session, String address, @Nullable String uuid) {
        var request = EnrollRequest.newBuilder()
                .setBootSession(session)
                .setAgentVersion("0.1.0")
                .setImage("lab-1")
                .build();
        return applicant(request, address, uuid);
    }

    private static Applicant applicant(EnrollRequest request, String address, @Nullable String uuid) {
        return new Applicant(
                request, InetAddress.ofLiteral(address), new MachineIdentity(List.of(MAC), uuid, null, null), MAC);
    }

    private Resource<MachineSpec, MachineStatus> machine(String name) {
        return inventory.store().get(Kinds.MACHINE, name).orElseThrow();
    }

    private MachineStatus status(String name) {
        return machine(name).status();
    }

    private List<String> conditions(String name) {
        return status(name).conditions().stream()
                .map(condition -> condition.type() + " " + condition.status() + " " + condition.reason())
                .toList();
    }

    @Test
    void aMachineThatARuleAcceptsIsWrittenWithTheRuleAndWhatWasSeen() {
        var made = desk.create("m1", ACCEPTED, applicant(FIRST, "192.0.2.1", null));

        assertEquals(made, machine("m1"));
        assertEquals(Optional.of(made), index.get("m1"), "the next request is decided by the index");
        assertEquals(Acceptance.ACCEPTED, made.spec().acceptance());
        assertEquals(true, made.spec().allowWeakIdentity());
        assertEquals(Map.of("rack", "a"), made.metadata().labels());
        assertEquals(
                Map.of(EnrollmentRules.RULE_ANNOTATION, "lab"), made.metadata().annotations());
        var status = made.status();
        assertEquals("Booting", status.phase());
        assertEquals(List.of(MAC), status.identity().macs());
        assertEquals("192.0.2.1", status.address());
        assertEquals(0, status.apiPort());
        assertEquals(
                List.of(FIRST, "0.1.0", "lab-1"),
                List.of(
                        String.valueOf(status.bootSession()),
                        String.valueOf(status.agentVersion()),
                        String.valueOf(status.image())));
        assertEquals(KEPT, status.lastSeen());
    }

    @Test
    void aMachineThatNobodyDecidedAboutHasNoRule() {
        var made = desk.create("m1", MachineDesk.Admission.undecided(), applicant(FIRST, "192.0.2.1", null));

        assertEquals(MachineSpec.undecided(), made.spec());
        assertEquals(Map.of(), made.metadata().annotations());
    }

    @Test
    void aRuleAddsToWhatAPersonHasDeclaredAndOverridesNothing() {
        var strict = MachineSpec.undecided();
        var spec =
                new MachineSpec(strict.acceptance(), strict.identity(), null, null, List.of(), List.of(), false, null);
        inventory
                .store()
                .create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named("m1")
                                .withLabels(Map.of("site", "x", "rack", "b"))
                                .withAnnotations(Map.of("note", "by the door")),
                        spec,
                        MachineStatus.unseen()));

        var admitted = desk.admit("m1", ACCEPTED);

        assertEquals(Acceptance.ACCEPTED, admitted.spec().acceptance());
        assertEquals(false, admitted.spec().allowWeakIdentity());
        assertEquals(Map.of("site", "x", "rack", "a"), admitted.metadata().labels());
        assertEquals(
                Map.of("note", "by the door", EnrollmentRules.RULE_ANNOTATION, "lab"),
                admitted.metadata().annotations());
        assertEquals(Optional.of(admitted), index.get("m1"));
    }

    @Test
    void aRuleThatDoesNotAllowWeakProofSaysNothingOfIt() {
        desk.create("m1", MachineDesk.Admission.undecided(), applicant(FIRST, "192.0.2.1", null));

        desk.admit("m1", new MachineDesk.Admission(Acceptance.ACCEPTED, "lab", Map.of(), false));
        assertNull(machine("m1").spec().allowWeakIdentity());

        desk.reject("m1", "none");
        assertEquals(Acceptance.REJECTED, machine("m1").spec().acceptance());
        assertEquals("none", machine("m1").metadata().annotation(EnrollmentRules.RULE_ANNOTATION));
    }

    @Test
    void aNameIsTakenByTheFirstOfItsMacAddress() {
        assertEquals("m-525400000001", desk.freeName(MAC));
        desk.create("m-525400000001", MachineDesk.Admission.undecided(), applicant(FIRST, "192.0.2.1", null));
        assertEquals("m-525400000001-2", desk.freeName(MAC));
        desk.create("m-525400000001-2", MachineDesk.Admission.undecided(), applicant(FIRST, "192.0.2.1", null));
        assertEquals("m-525400000001-3", desk.freeName(MAC));
    }

    private void listening(String name) {
        inventory
                .store()
                .update(
                        Kinds.MACHINE,
                        name,
                        machine -> machine.withStatus(new StatusChange(machine.status(), NOW)
                                .at(String.valueOf(machine.status().address()), 7444)
                                .unseen()));
    }

    /** Whether a former boot still answers is asked where it listened. */
    @Test
    void whereTheNodeListensIsKeptForTheSameBootAtTheSameAddressOnly() {
        desk.create("m1", ACCEPTED, applicant(FIRST, "192.0.2.1", null));
        listening("m1");

        assertEquals(
                7444,
                desk.seen("m1", applicant(FIRST, "192.0.2.1", null)).status().apiPort());
        assertEquals(
                0, desk.seen("m1", applicant(FIRST, "192.0.2.2", null)).status().apiPort());
        listening("m1");
        assertEquals(
                0,
                desk.seen("m1", applicant(SECOND, "192.0.2.2", null)).status().apiPort());
    }

    @Test
    void whatIsSeenIsAddedToWhatIsKnownAndIsInTheIndexAtOnce() {
        desk.create("m1", ACCEPTED, applicant(FIRST, "192.0.2.1", null));

        var seen = desk.seen("m1", applicant(SECOND, "192.0.2.2", "4c4c4544-0042-3510-8052-b4c04f4d3232"));

        assertEquals(
                "4c4c4544-0042-3510-8052-b4c04f4d3232", seen.status().identity().uuid());
        assertEquals(SECOND, seen.status().bootSession());
        assertEquals(KEPT, seen.status().lastSeen());
        assertEquals(Optional.of(seen), index.get("m1"));
        assertEquals(Set.of(MAC), MachineDesk.knownMacs(seen));
    }

    @Test
    void doubtsEndWithTheNextProofAndASecondClaimOnlyWithTheNextBoot() {
        desk.create("m1", ACCEPTED, applicant(FIRST, "192.0.2.1", null));
        desk.markConflict("m1", "two machines claim it");
        desk.unproven("m1", false, "a stranger asked");
        desk.unproven("m1", true, "two claim to be it");
        assertEquals(
                List.of(
                        "IdentityConflict True Conflict",
                        "BootProven False Refused",
                        "IdentityClaimedTwice True Refused"),
                conditions("m1"));

        desk.seen("m1", applicant(FIRST, "192.0.2.1", null));
        assertEquals(List.of("IdentityClaimedTwice True Refused"), conditions("m1"));

        desk.seen("m1", applicant(SECOND, "192.0.2.1", null));
        assertEquals(List.of(), conditions("m1"));
    }

    @Test
    void aMachineSaysHowFarItIsWithItsAcceptance() {
        desk.create("m1", ACCEPTED, applicant(FIRST, "192.0.2.1", null));

        desk.pending("m1", "no rule accepts it");
        assertEquals("Pending", status("m1").phase());
        assertEquals(
                List.of(new Condition("Accepted", "False", "Pending", "no rule accepts it", KEPT)),
                status("m1").conditions());

        var until = KEPT.plusSeconds(3600);
        desk.enrolled("m1", until);
        assertEquals("Enrolled", status("m1").phase());
        assertEquals(until, status("m1").certificateNotAfter());
        assertEquals(
                List.of(new Condition("Accepted", "True", "Accepted", "has a certificate of this site", KEPT)),
                status("m1").conditions());
    }

    @Test
    void whoeverDeletedTheMachineMeanwhileIsRight() {
        desk.pending("gone", "no rule accepts it");
        desk.enrolled("gone", NOW);
        desk.markConflict("gone", "two machines claim it");
        desk.unproven("gone", true, "two claim to be it");

        assertEquals(List.of(), inventory.store().list(Kinds.MACHINE).items());
    }

    @Test
    void aClockThatIsWrongIsSaidFromTheFirstRequestOn() {
        var wrong = Timestamp.newBuilder().setSeconds(NOW.getEpochSecond() + 86_400);
        var request =
                EnrollRequest.newBuilder().setBootSession(FIRST).setTime(wrong).build();

        desk.create("m1", ACCEPTED, applicant(request, "192.0.2.1", null));

        assertTrue(
                conditions("m1").contains(MachineClock.CONDITION + " False Ahead"),
                () -> conditions("m1").toString());
    }
}
