package dev.garboard.agent.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the resolvers are, from one round of questions to the next. A failure counts at once: two questions went unanswered, or the server
 * said so itself, and programs on the node fail meanwhile. Good again is one that failed only after two rounds, so that a server which
 * answers every other time is not news twenty times a minute from every machine of a site; for the same reason what a failure looks like is
 * said for two minutes at least. One that nothing is known of is believed at once.
 */
record ResolverHistory(List<Entry> entries) {

    /** Nobody was asked yet. */
    static final ResolverHistory NONE = new ResolverHistory(List.of());

    private static final int GOOD_AGAIN = 2;

    private static final Duration STEADY = Duration.ofMinutes(2);

    ResolverHistory {
        entries = List.copyOf(entries);
    }

    /** What is said of a server, and how many rounds in sequence it has answered well. */
    record Entry(ResolverStatus status, int good) {}

    /**
     * After another round.
     *
     * @param answers one for each server
     * @param now uptime
     */
    ResolverHistory after(List<? extends InetAddress> servers, List<ResolverAnswer> answers, Duration now) {
        var next = new ArrayList<Entry>();
        for (int i = 0; i < servers.size(); i++) {
            var server = servers.get(i);
            var answer = answers.get(i);
            next.add(of(server)
                    .map(before -> after(before, answer, now))
                    .orElseGet(() -> new Entry(new ResolverStatus(server, answer, now), answer.isGood() ? 1 : 0)));
        }
        return new ResolverHistory(next);
    }

    private static Entry after(Entry before, ResolverAnswer answer, Duration now) {
        var said = before.status();
        int good = answer.isGood() ? before.good() + 1 : 0;
        if (answer.saysAs(said.answer())) {
            return new Entry(new ResolverStatus(said.server(), answer, said.since()), good);
        }
        boolean keep = answer.isGood()
                ? good < GOOD_AGAIN
                : !said.answer().isGood() && now.minus(said.since()).compareTo(STEADY) < 0;
        return keep ? new Entry(said, good) : new Entry(new ResolverStatus(said.server(), answer, now), good);
    }

    private Optional<Entry> of(InetAddress server) {
        return entries.stream()
                .filter(entry -> entry.status().server().equals(server))
                .findFirst();
    }

    List<ResolverStatus> statuses() {
        return entries.stream().map(Entry::status).toList();
    }

    /** Whether it tells the same of the same servers; latencies differ always. */
    boolean saysAs(ResolverHistory other) {
        if (entries.size() != other.entries.size()) {
            return false;
        }
        for (int i = 0; i < entries.size(); i++) {
            var mine = entries.get(i).status();
            var others = other.entries.get(i).status();
            if (!mine.server().equals(others.server()) || !mine.answer().saysAs(others.answer())) {
                return false;
            }
        }
        return true;
    }
}
