package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResolverHistoryTest {

    private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final ResolverAnswer GOOD = good(1);
    private static final ResolverAnswer SILENT = ResolverAnswer.failed(Result.NO_ANSWER, "no answer within 2 s");
    private static final ResolverAnswer REFUSED = ResolverAnswer.failed(Result.REFUSED, "REFUSED");

    private ResolverHistory history = ResolverHistory.NONE;
    private long second;

    @Test
    void aServerThatIsNewIsBelievedAtOnce() {
        assertEquals(List.of(said(A, GOOD, 1), said(B, SILENT, 1)), round(List.of(A, B), GOOD, SILENT));
    }

    @Test
    void aFailureCountsAtOnce() {
        round(List.of(A), GOOD);

        assertEquals(List.of(said(A, SILENT, 2)), round(List.of(A), SILENT));
    }

    @Test
    void afterAFailureTwoGoodRoundsAreWanted() {
        round(List.of(A), SILENT);

        assertEquals(List.of(said(A, SILENT, 1)), round(List.of(A), GOOD));
        assertEquals(List.of(said(A, GOOD, 3)), round(List.of(A), GOOD));
    }

    @Test
    void aServerThatAnswersEveryOtherTimeStaysOneThatFails() {
        round(List.of(A), SILENT);

        for (int i = 0; i < 10; i++) {
            assertEquals(List.of(said(A, SILENT, 1)), round(List.of(A), GOOD));
            assertEquals(List.of(said(A, SILENT, 1)), round(List.of(A), SILENT));
        }
    }

    /** One whose failures change from round to round is not news from every machine of a site in each of them. */
    @Test
    void anotherFailureIsAnotherStateAfterTwoMinutes() {
        round(List.of(A), SILENT);

        for (int i = 0; i < 50; i++) {
            assertEquals(List.of(said(A, SILENT, 1)), round(List.of(A), REFUSED));
            assertEquals(List.of(said(A, SILENT, 1)), round(List.of(A), SILENT));
        }
        second = 120;
        assertEquals(List.of(said(A, REFUSED, 121)), round(List.of(A), REFUSED));
    }

    @Test
    void theTimeStaysAndTheLatencyFollows() {
        round(List.of(A), good(1));

        assertEquals(List.of(said(A, good(7), 1)), round(List.of(A), good(7)));
    }

    @Test
    void whatIsTakenBackIsForgotten() {
        round(List.of(A), SILENT);
        round(List.of(B), GOOD);

        assertEquals(List.of(said(A, GOOD, 3)), round(List.of(A), GOOD));
    }

    @Test
    void whatStaysKeepsItsHistory() {
        round(List.of(A), GOOD);

        assertEquals(List.of(said(B, SILENT, 2), said(A, GOOD, 1)), round(List.of(B, A), SILENT, GOOD));
    }

    @Test
    void latencyAloneIsNoNews() {
        round(List.of(A, B), good(1), SILENT);
        var before = history;

        round(List.of(A, B), good(900), SILENT);
        assertTrue(history.saysAs(before));

        second += 120;
        round(List.of(A, B), good(1), REFUSED);
        assertFalse(history.saysAs(before));
        round(List.of(A), good(1));
        assertFalse(history.saysAs(before));
        round(List.of(B), SILENT);
        assertFalse(history.saysAs(before));
    }

    @Test
    void thatThereAreNoServersIsNewsOnce() {
        round(List.of(A), GOOD);
        var before = history;

        assertEquals(List.of(), round(List.of()));
        assertFalse(history.saysAs(before));
        assertTrue(history.saysAs(ResolverHistory.NONE));
    }

    /** A second later. */
    private List<ResolverStatus> round(List<InetAddress> servers, ResolverAnswer... answers) {
        second++;
        history = history.after(servers, List.of(answers), Duration.ofSeconds(second));
        return history.statuses();
    }

    private static ResolverStatus said(InetAddress server, ResolverAnswer answer, long since) {
        return new ResolverStatus(server, answer, Duration.ofSeconds(since));
    }

    private static ResolverAnswer good(int millis) {
        return new ResolverAnswer(Result.ANSWERS, "answers", Duration.ofMillis(millis));
    }
}
