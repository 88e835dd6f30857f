package dev.garboard.agent.clock;

import dev.garboard.agent.clock.Timekeeping.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what unauthenticated time servers may do to the clock. Who is on the network can answer in their place, so what they say counts
 * only near the time that the boot server said on its authenticated channel, never before certificates of this site begin, and only when
 * several answers of each server and a majority of the servers agree (Marzullo's intersection, as RFC 5905 section 11.2.1).
 */
final class ClockPolicy {

    /** How many answers of one server are wanted, and how many must agree. */
    static final int ANSWERS = 4;

    static final int AGREEING = 3;

    /** How far from the boot server's time the clock may be brought. Certificates are backdated by five minutes. */
    static final Duration FROM_BOOT_SERVER = Duration.ofMinutes(1);

    /** By how much a clock that nobody corrects may run wrong meanwhile: 200 parts in a million. */
    private static final long DRIFT = 5000;

    /** What is off by more is set at once: correcting it gradually, 0.5 ms in each second, would take most of an hour. */
    static final Duration STEP = Duration.ofSeconds(1);

    /** The same for the first time: nothing has been timed by this clock yet. */
    static final Duration FIRST_STEP = Duration.ofMillis(100);

    private ClockPolicy() {}

    /**
     * What one server answered.
     *
     * @param samples the usable answers
     * @param complaint why others were not usable; empty when all were
     */
    record Answers(String server, List<Sample> samples, String complaint) {

        Answers {
            samples = List.copyOf(samples);
        }
    }

    /** The boot server's time, and how long ago it said it. */
    record Authenticated(Instant time, Duration age) {

        /** How far from {@link #time} the clock may be now. */
        Duration tolerance() {
            return FROM_BOOT_SERVER.plus(age.dividedBy(DRIFT));
        }
    }

    /**
     * How things stand.
     *
     * @param now what this machine's clock says
     * @param floor no certificate of this site and no file of this image is older
     * @param authenticated what the boot server's clock says now; null before it has said anything
     * @param first whether no time server has corrected the clock yet
     */
    record Situation(Instant now, Instant floor, @Nullable Authenticated authenticated, boolean first) {}

    /** A server whose answers agree. */
    private record Candidate(String server, Sample best) {}

    static ClockDecision decide(List<Answers> answers, Situation is) {
        Authenticated boot = is.authenticated();
        if (boot == null) {
            return new ClockDecision.Refuse(
                    Reason.WAITS_FOR_BOOT_SERVER,
                    "time servers are not believed before the boot server has said its time");
        }
        if (answers.stream().allMatch(each -> each.samples().size() < AGREEING)) {
            return new ClockDecision.Refuse(Reason.NO_ANSWER, complaints(answers));
        }
        var candidates = answers.stream().flatMap(ClockPolicy::candidate).toList();
        if (candidates.isEmpty()) {
            return new ClockDecision.Refuse(
                    Reason.NO_AGREEMENT, names(answers.stream().map(Answers::server)) + " contradicts itself");
        }
        var possible =
                with(candidates, each -> !is.now().plus(each.best().offset()).isBefore(is.floor()));
        if (possible.isEmpty()) {
            return new ClockDecision.Refuse(
                    Reason.BEFORE_LOWER_BOUND,
                    servers(candidates) + " would set the clock before " + is.floor()
                            + ", when this site or this image was made");
        }
        var near = with(possible, each -> isNear(is.now().plus(each.best().offset()), boot));
        if (near.isEmpty()) {
            return new ClockDecision.Refuse(
                    Reason.DISAGREES_WITH_BOOT_SERVER,
                    servers(possible) + " would set the clock more than " + FROM_BOOT_SERVER.toSeconds()
                            + " s away from the boot server's; one of the two is wrong");
        }
        return agreed(candidates, near, is.first());
    }

    private static boolean isNear(Instant target, Authenticated boot) {
        return Duration.between(boot.time(), target).abs().compareTo(boot.tolerance()) <= 0;
    }

    /** The best of a server's answers, when it agrees with most of the others. */
    private static Stream<Candidate> candidate(Answers answers) {
        return answers.samples().stream()
                .sorted(Comparator.comparing(Sample::error))
                .filter(sample ->
                        answers.samples().stream().filter(sample::agrees).count() >= AGREEING)
                .limit(1)
                .map(sample -> new Candidate(answers.server(), sample));
    }

    private static ClockDecision agreed(List<Candidate> all, List<Candidate> candidates, boolean first) {
        List<Candidate> majority = candidates.stream()
                .map(Candidate::best)
                .flatMap(sample -> Stream.of(sample.earliest(), sample.latest()))
                .map(moment -> with(candidates, each -> contains(each.best(), moment)))
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
        if (majority.size() * 2 <= candidates.size()) {
            return new ClockDecision.Refuse(
                    Reason.NO_AGREEMENT,
                    "of the servers " + servers(candidates) + " no majority agrees on the time; name a further one");
        }
        var best = majority.stream()
                .min(Comparator.comparing(each -> each.best().error()))
                .orElseThrow();
        // Within what all of the majority hold possible.
        Duration offset = clamp(
                best.best().offset(),
                majority.stream()
                        .map(each -> each.best().earliest())
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                majority.stream()
                        .map(each -> each.best().latest())
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
        boolean far = offset.abs().compareTo(first ? FIRST_STEP : STEP) > 0;
        return new ClockDecision.Correct(
                offset, far, best.server(), servers(with(all, each -> !majority.contains(each))));
    }

    private static boolean contains(Sample sample, Duration moment) {
        return sample.earliest().compareTo(moment) <= 0 && moment.compareTo(sample.latest()) <= 0;
    }

    private static Duration clamp(Duration value, Duration least, Duration most) {
        return value.compareTo(least) < 0 ? least : value.compareTo(most) > 0 ? most : value;
    }

    private static List<Candidate> with(List<Candidate> candidates, Predicate<Candidate> condition) {
        return candidates.stream().filter(condition).toList();
    }

    private static String servers(List<Candidate> candidates) {
        return names(candidates.stream().map(Candidate::server));
    }

    private static String names(Stream<String> servers) {
        return servers.collect(Collectors.joining(", "));
    }

    private static String complaints(List<Answers> answers) {
        var complaints = new ArrayList<String>();
        for (Answers each : answers) {
            complaints.add(
                    each.server() + " " + (each.complaint().isEmpty() ? "gave too few answers" : each.complaint()));
        }
        return String.join("; ", complaints);
    }
}
