package dev.garboard.agent.net;

import java.time.Duration;

/**
 * What came of asking one resolver.
 *
 * @param seen for people; the same for as long as the same is seen, so without figures that change
 * @param latency from the question to the answer; zero without one
 */
public record ResolverAnswer(Result result, String seen, Duration latency) {

    /** Whether a resolver resolves, or why not. */
    public enum Result {
        /** It answered as one that resolves. */
        ANSWERS,
        /** It said REFUSED: it does not serve this node. */
        REFUSED,
        /** It said SERVFAIL: it is broken, or cannot reach those that it asks. */
        SERVER_FAILURE,
        /** It said another error. */
        OTHER_ERROR,
        /** It named other servers to ask, which programs do not do: it is not recursive. */
        REFERRAL,
        /** Nothing came in time. */
        NO_ANSWER,
        /** There is no way to it, or nothing listens there. */
        UNREACHABLE,
        /** What came is no answer to the question. */
        MALFORMED
    }

    static ResolverAnswer failed(Result result, String seen) {
        return new ResolverAnswer(result, seen, Duration.ZERO);
    }

    /** Whether names can be resolved there. */
    public boolean isGood() {
        return result == Result.ANSWERS;
    }

    /** Whether it tells the same; only the latency may differ. */
    boolean saysAs(ResolverAnswer other) {
        return result == other.result && seen.equals(other.seen);
    }
}
