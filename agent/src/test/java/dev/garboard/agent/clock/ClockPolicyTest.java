package dev.garboard.agent.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.clock.ClockDecision.Correct;
import dev.garboard.agent.clock.ClockDecision.Refuse;
import dev.garboard.agent.clock.ClockPolicy.Answers;
import dev.garboard.agent.clock.ClockPolicy.Authenticated;
import dev.garboard.agent.clock.ClockPolicy.Situation;
import dev.garboard.agent.clock.Timekeeping.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All offsets are in milliseconds; the boot server's clock says what this machine's does unless a test says otherwise. */
class ClockPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Instant FLOOR = NOW.minus(Duration.ofDays(30));
    private static final int DAY = 86_400_000;

    private static Answers server(String name, int... offsets) {
        var samples = new ArrayList<Sample>();
        for (int offset : offsets) {
            samples.add(new Sample(Duration.ofMillis(offset), Duration.ofMillis(10)));
        }
        return new Answers(name, samples, "");
    }

    private static Answers steady(String name, int offset) {
        return server(name, offset, offset, offset, offset);
    }

    private static Situation later() {
        return new Situation(NOW, FLOOR, new Authenticated(NOW, Duration.ZERO), false);
    }

    private static Situation first() {
        return new Situation(NOW, FLOOR, new Authenticated(NOW, Duration.ZERO), true);
    }

    private static Reason refused(List<Answers> answers, Situation situation) {
        return assertInstanceOf(Refuse.class, ClockPolicy.decide(answers, situation))
                .reason();
    }

    private static Correct corrected(List<Answers> answers, Situation situation) {
        return assertInstanceOf(Correct.class, ClockPolicy.decide(answers, situation));
    }

    @Test
    void nobodyIsBelievedBeforeTheBootServerHasSaidItsTime() {
        var alone = new Situation(NOW, FLOOR, null, true);

        assertEquals(Reason.WAITS_FOR_BOOT_SERVER, refused(List.of(steady("a", 0), steady("b", 0)), alone));
        assertEquals(Reason.WAITS_FOR_BOOT_SERVER, refused(List.of(steady("a", DAY)), alone));
    }

    @Test
    void oneSampleIsNotEnoughAndThreeThatAgreeAre() {
        assertEquals(Reason.NO_ANSWER, refused(List.of(server("a", 20)), later()));
        assertEquals(Reason.NO_ANSWER, refused(List.of(server("a", 20, 20)), later()));
        assertEquals(
                new Correct(Duration.ofMillis(20), false, "a", ""),
                corrected(List.of(server("a", 20, 21, 22)), later()));
    }

    @Test
    void aServerThatContradictsItselfIsNotBelieved() {
        assertEquals(Reason.NO_AGREEMENT, refused(List.of(server("a", 0, 1000, 2000, 3000)), later()));
        assertEquals(
                Duration.ofMillis(3),
                corrected(List.of(server("a", 9000, 3, 3, 3)), later()).offset());
    }

    @Test
    void whatIsSmallIsSlewedAndWhatIsLargeIsSetWithinTheBound() {
        assertEquals(
                new Correct(Duration.ofMillis(900), false, "a", ""), corrected(List.of(steady("a", 900)), later()));
        assertEquals(new Correct(Duration.ofMillis(900), true, "a", ""), corrected(List.of(steady("a", 900)), first()));
        assertEquals(
                new Correct(Duration.ofMillis(-50), false, "a", ""), corrected(List.of(steady("a", -50)), first()));
        assertEquals(
                new Correct(Duration.ofSeconds(59), true, "a", ""), corrected(List.of(steady("a", 59_000)), later()));
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("a", 61_000)), later()));
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("a", -61_000)), first()));
    }

    @Test
    void aMajorityOutvotesALiarAndNamesIt() {
        var correct = corrected(List.of(steady("liar", 30_000), steady("a", 4), steady("b", 8)), first());

        assertEquals("liar", correct.outvoted());
        assertTrue(correct.offset().toMillis() >= -2 && correct.offset().toMillis() <= 14, correct::toString);
    }

    @Test
    void withoutAMajorityNothingIsDone() {
        assertEquals(Reason.NO_AGREEMENT, refused(List.of(steady("a", 0), steady("b", 30_000)), later()));
        assertEquals(
                Reason.NO_AGREEMENT,
                refused(List.of(steady("a", 0), steady("b", 3), steady("c", 30_000), steady("d", 30_003)), later()));
    }

    @Test
    void theBootServersTimeDecidesAgainstAnyNumberOfLiars() {
        var correct = corrected(List.of(steady("x", DAY), steady("y", DAY), steady("honest", 7)), later());

        assertEquals(new Correct(Duration.ofMillis(7), false, "honest", "x, y"), correct);
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("x", DAY), steady("y", DAY)), later()));
    }

    @Test
    void aClockThatIsFarOffIsSetOnlyWhereTheBootServerHasTheSameTime() {
        var dayBehind = new Situation(NOW, FLOOR, new Authenticated(NOW.plusMillis(DAY), Duration.ZERO), false);

        assertEquals(
                new Correct(Duration.ofMillis(DAY + 40), true, "a", ""),
                corrected(List.of(steady("a", DAY + 40)), dayBehind));
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("a", 0)), dayBehind));
    }

    @Test
    void theLowerBoundHoldsEvenNearTheBootServersTime() {
        var atTheFloor = new Situation(NOW, NOW.minusMillis(500), new Authenticated(NOW, Duration.ZERO), true);

        assertEquals(Reason.BEFORE_LOWER_BOUND, refused(List.of(steady("a", -600)), atTheFloor));
        assertEquals(
                Duration.ofMillis(-400),
                corrected(List.of(steady("a", -400)), atTheFloor).offset());
    }

    @Test
    void theBootServersTimeIsLessExactTheOlderItIs() {
        var old = new Situation(NOW, FLOOR, new Authenticated(NOW, Duration.ofDays(10)), false);

        // 200 parts in a million of ten days are 172.8 s.
        assertTrue(corrected(List.of(steady("a", 230_000)), old).atOnce());
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("a", 234_000)), old));
    }

    @Test
    void everyRefusalSaysOfWhomAndWhy() {
        var silent = new Answers("b", List.of(), "does not answer");
        var atTheFloor = new Situation(NOW, NOW, new Authenticated(NOW, Duration.ZERO), true);

        assertEquals("a gave too few answers; b does not answer", why(List.of(server("a", 20), silent), later()));
        assertEquals("a contradicts itself", why(List.of(server("a", 0, 1000, 2000, 3000)), later()));
        assertEquals(
                "a, b would set the clock before 2026-11-23T12:00:00Z, when this site or this image was made",
                why(List.of(steady("a", -1), steady("b", -2)), atTheFloor));
        assertEquals(
                "a would set the clock more than 60 s away from the boot server's; one of the two is wrong",
                why(List.of(steady("a", DAY)), later()));
        assertEquals(
                "of the servers a, b no majority agrees on the time; name a further one",
                why(List.of(steady("a", 0), steady("b", 30_000)), later()));
    }

    @Test
    void theBoundsThemselvesAreWithin() {
        var atTheFloor = new Situation(NOW, NOW, new Authenticated(NOW, Duration.ZERO), true);

        assertEquals(
                Duration.ofMinutes(1),
                corrected(List.of(steady("a", 60_000)), later()).offset());
        assertEquals(Reason.DISAGREES_WITH_BOOT_SERVER, refused(List.of(steady("a", 60_001)), later()));
        assertEquals(
                Duration.ZERO, corrected(List.of(steady("a", 0)), atTheFloor).offset());
        assertFalse(corrected(List.of(steady("a", 1000)), later()).atOnce());
        assertTrue(corrected(List.of(steady("a", 1001)), later()).atOnce());
        assertFalse(corrected(List.of(steady("a", -100)), first()).atOnce());
        assertTrue(corrected(List.of(steady("a", -101)), first()).atOnce());
    }

    /** The intervals are -10 to 10 and 5 to 25; what both hold possible ends at 5 and 10. */
    @Test
    void theOffsetIsWhatAllOfTheMajorityHoldPossible() {
        assertEquals(
                Duration.ofMillis(5),
                corrected(List.of(steady("a", 0), steady("b", 15)), later()).offset());
        assertEquals(
                Duration.ofMillis(10),
                corrected(List.of(steady("b", 15), steady("a", 0)), later()).offset());
        // Intervals that only touch have one moment in common.
        assertEquals(
                Duration.ofMillis(10),
                corrected(List.of(steady("a", 0), steady("b", 20)), later()).offset());
    }

    @Test
    void theMostExactAnswerOfTheMostExactServerCounts() {
        var coarse = new Answers("coarse", List.of(sample(7, 40), sample(7, 40), sample(7, 40)), "");
        var fine = new Answers("fine", List.of(sample(9, 30), sample(4, 2), sample(6, 20)), "");

        assertEquals(new Correct(Duration.ofMillis(4), false, "fine", ""), corrected(List.of(coarse, fine), later()));
        assertEquals(new Correct(Duration.ofMillis(4), false, "fine", ""), corrected(List.of(fine, coarse), later()));
    }

    private static Sample sample(int offset, int error) {
        return new Sample(Duration.ofMillis(offset), Duration.ofMillis(error));
    }

    private static String why(List<Answers> answers, Situation situation) {
        return assertInstanceOf(Refuse.class, ClockPolicy.decide(answers, situation))
                .why();
    }

    @Test
    void whoeverLiesAndHoweverManyTheClockStaysNearTheBootServerAndAboveTheFloor() {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            var answers = new ArrayList<Answers>();
            for (int s = random.nextInt(7); s >= 0; s--) {
                int around = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(200_000) - 100_000;
                var offsets = random.ints(
                                random.nextInt(5), around, around + 20L > Integer.MAX_VALUE ? around + 1 : around + 20)
                        .toArray();
                answers.add(server("s" + s, offsets));
            }
            var floor = NOW.minusMillis(random.nextInt(120_000));
            var boot = new Authenticated(
                    NOW.plusMillis(random.nextInt(200_000) - 100_000), Duration.ofHours(random.nextInt(100)));

            if (ClockPolicy.decide(answers, new Situation(NOW, floor, boot, random.nextBoolean()))
                    instanceof Correct correct) {
                var target = NOW.plus(correct.offset());
                // The offset is taken from what several servers hold possible, so by as much as their error beyond.
                var slack = Duration.ofMillis(20);
                assertTrue(
                        Duration.between(boot.time(), target)
                                        .abs()
                                        .compareTo(boot.tolerance().plus(slack))
                                <= 0,
                        () -> correct + " with " + answers);
                assertTrue(!target.plus(slack).isBefore(floor), () -> correct + " with " + answers);
            }
        }
    }

    @Test
    void aMinorityOfLiarsNeverMovesTheClockAndTheOrderOfAnswersDoesNotMatter() {
        var random = new Random(12);
        for (int i = 0; i < 5_000; i++) {
            var answers = new ArrayList<Answers>();
            int honest = 2 + random.nextInt(3);
            for (int s = 0; s < honest; s++) {
                answers.add(steady("honest" + s, 200 + random.nextInt(10)));
            }
            for (int s = 0; s < honest - 1; s++) {
                answers.add(steady("liar" + s, random.nextInt(100_000) - 50_000));
            }
            Collections.shuffle(answers, random);

            var correct = corrected(answers, later());

            assertTrue(
                    correct.offset().toMillis() >= 185 && correct.offset().toMillis() <= 225,
                    () -> correct + " with " + answers);
        }
    }
}
