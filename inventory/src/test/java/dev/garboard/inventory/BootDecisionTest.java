package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BootDecisionTest {

    static final Resource<ImageSpec, ImageStatus> PREFERRED = Samples.image("lab-2", true, Samples.TIME);
    static final Resource<ImageSpec, ImageStatus> OTHER = Samples.image("lab-1", false, Samples.TIME);
    static final List<Resource<ImageSpec, ImageStatus>> IMAGES = List.of(OTHER, PREFERRED);

    @Test
    void anUnknownMachineBootsThePreferredImageToIntroduceItself() {
        assertEquals(
                new BootDecision.Boot(null, PREFERRED, "unknown machine boots the preferred image lab-2"),
                decide(new IdentityMatch.Unknown(), IMAGES));
    }

    @Test
    void aServerBootsOnlyWhatItHasItself() {
        var decided = decide(new IdentityMatch.Unknown(), IMAGES);

        assertEquals(decided, decided.servedBy("here"));
        assertEquals(
                new BootDecision.Refuse(
                        null,
                        "unknown machine boots the preferred image lab-2, which this server (there) does not have; it"
                                + " is on here. Import it here with `garboard image import`"),
                decided.servedBy("there"));
    }

    @Test
    void aConflictBootsAsUnknownAndSaysWhy() {
        assertEquals(
                new BootDecision.Boot(
                        null, PREFERRED, "identity in conflict (m1: copied) boots the preferred image lab-2"),
                decide(new IdentityMatch.Conflict(List.of("m1"), "m1: copied"), IMAGES));
    }

    @Test
    void aMachineBootsTheImageItIsGiven() {
        assertEquals(
                new BootDecision.Boot("m1", OTHER, "machine m1 boots its image lab-1"),
                decide(known(Acceptance.ACCEPTED, "lab-1"), IMAGES));
    }

    @Test
    void aPendingMachineBootsToo() {
        assertEquals(
                new BootDecision.Boot("m1", PREFERRED, "machine m1 boots the preferred image lab-2"),
                decide(known(Acceptance.PENDING, null), IMAGES));
    }

    @Test
    void aRejectedMachineIsRefused() {
        assertEquals(
                new BootDecision.Refuse("m1", "machine m1 is rejected; `garboard machine accept m1` lets it boot"),
                decide(known(Acceptance.REJECTED, null), IMAGES));
    }

    @Test
    void aMissingImageIsNamed() {
        assertEquals(
                new BootDecision.Refuse(
                        "m1",
                        "machine m1 asks for image lab-9, which is not imported (there are: lab-1 for amd64, lab-2 for"
                                + " amd64); import it with `garboard image import`, or change spec.image of the machine"),
                decide(known(Acceptance.ACCEPTED, "lab-9"), IMAGES));
    }

    @Test
    void withoutImagesNothingBoots() {
        assertEquals(
                new BootDecision.Refuse(
                        null,
                        "unknown machine: no image for firmware x86-bios is imported (there are none); import one with"
                                + " `garboard image import`"),
                decide(new IdentityMatch.Unknown(), List.of()));
    }

    @Test
    void theOnlyImageNeedsNoPreference() {
        assertEquals(
                new BootDecision.Boot(null, OTHER, "unknown machine boots the only image lab-1"),
                decide(new IdentityMatch.Unknown(), List.of(OTHER)));
    }

    @Test
    void anImageForOtherProcessorsDoesNotBoot() {
        var decision = BootDecision.decide(client("arm64-uefi"), known(Acceptance.ACCEPTED, "lab-1"), IMAGES);

        assertEquals(
                new BootDecision.Refuse(
                        "m1",
                        "image lab-1 of machine m1 is for amd64, and its firmware says arm64-uefi; change spec.image"
                                + " of the machine"),
                decision);
    }

    @Test
    void anUnknownMachineBootsNothingThatIsForOtherProcessors() {
        assertEquals(
                new BootDecision.Refuse(
                        null,
                        "unknown machine: no image for firmware arm64-uefi is imported (there are: lab-1 for amd64, lab-2 for"
                                + " amd64); import one with `garboard image import`"),
                BootDecision.decide(client("arm64-uefi"), new IdentityMatch.Unknown(), IMAGES));
        assertEquals(
                new BootDecision.Boot(null, PREFERRED, "unknown machine boots the preferred image lab-2"),
                BootDecision.decide(client("x64-uefi-http"), new IdentityMatch.Unknown(), IMAGES));
        assertEquals(
                new BootDecision.Boot(null, PREFERRED, "unknown machine boots the preferred image lab-2"),
                BootDecision.decide(client(""), new IdentityMatch.Unknown(), IMAGES),
                "a firmware that does not tell is tried");
    }

    /** In between, while another one is being preferred, two are. */
    @Test
    void ofTwoPreferredImagesTheNewerBoots() {
        var newer = Samples.image("lab-0", true, Samples.TIME.plusSeconds(1));
        var expected = new BootDecision.Boot(null, newer, "unknown machine boots the preferred image lab-0");

        assertEquals(expected, decide(new IdentityMatch.Unknown(), List.of(newer, PREFERRED)));
        assertEquals(expected, decide(new IdentityMatch.Unknown(), List.of(PREFERRED, newer)));
    }

    @Test
    void ofSeveralImagesNoneIsGuessed() {
        var third = Samples.image("lab-3", false, Samples.TIME);

        assertEquals(
                new BootDecision.Refuse(
                        null,
                        "unknown machine: no image is preferred (there are: lab-1 for amd64, lab-3 for amd64); prefer one"
                                + " with `garboard image prefer NAME`, or set spec.image of the machine"),
                decide(new IdentityMatch.Unknown(), List.of(OTHER, third)));
    }

    @Test
    void aFewImagesAreNamedAndThatThereAreMore() {
        var six = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> Samples.image("lab-" + i, false, Samples.TIME))
                .toList();

        assertTrue(
                decide(new IdentityMatch.Unknown(), six.subList(0, 5)).reason().contains("lab-5 for amd64)"));
        assertTrue(decide(new IdentityMatch.Unknown(), six).reason().contains("lab-5 for amd64, …)"));
    }

    @Test
    void anImageThatNoServerHasIsSaid() {
        var orphan = PREFERRED.withStatus(PREFERRED.status().without("here"));

        assertEquals(
                new BootDecision.Refuse(
                        null,
                        "unknown machine boots the preferred image lab-2, which this server (here) does not have; no server"
                                + " has it. Import it here with `garboard image import`"),
                decide(new IdentityMatch.Unknown(), List.of(orphan)).servedBy("here"));
    }

    @Test
    void plainHostsAreIgnored() {
        var host = new BootClient("52:54:00:00:00:01", MachineIdentity.none(), BootClient.Stage.HOST, "", true, null);

        assertEquals(
                new BootDecision.Ignore("a plain host, it does not boot from the network"),
                BootDecision.decide(host, new IdentityMatch.Unknown(), IMAGES));
    }

    private static BootDecision decide(IdentityMatch match, List<Resource<ImageSpec, ImageStatus>> images) {
        return BootDecision.decide(client("x86-bios"), match, images);
    }

    private static BootClient client(String architecture) {
        return new BootClient(
                "52:54:00:00:00:01", MachineIdentity.none(), BootClient.Stage.FIRMWARE, architecture, true, null);
    }

    private static IdentityMatch known(Acceptance acceptance, @Nullable String image) {
        return new IdentityMatch.Known(Samples.machine("m1")
                .withSpec(new MachineSpec(
                        acceptance, MachineIdentity.none(), image, null, List.of(), List.of(), null, null)));
    }
}
