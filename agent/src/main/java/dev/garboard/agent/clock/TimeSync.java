package dev.garboard.agent.clock;

import dev.garboard.agent.clock.ClockPolicy.Authenticated;
import dev.garboard.agent.clock.ClockPolicy.Situation;
import dev.garboard.agent.clock.Timekeeping.Reason;
import dev.garboard.agent.linux.Libc;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.supervision.Backoff;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the clock: by the boot server's authenticated time to begin with, and near it by time servers, as far as {@link ClockPolicy} lets
 * them. Nothing sets it before the certificates of this site begin.
 */
public final class TimeSync implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.time");
    private static final Duration AGAIN = Duration.ofSeconds(16);
    private static final Duration AGAIN_AT_LAST = Duration.ofSeconds(256);
    private static final Duration CALM = Duration.ofSeconds(1024);

    /** A clock that was right stays right enough for that long when the servers fall silent. */
    private static final Duration STAYS_RIGHT = Duration.ofHours(1);

    /** The boot server's time is no better than its way here. */
    private static final Duration ROUGH = Duration.ofSeconds(5);

    /** DHCP may name dozens; a majority of these is as good. */
    private static final int MOST_SERVERS = 7;

    private final Service service;
    private final RandomGenerator random;
    private final Runnable synchronizedFirst;
    private final LocalClock clock;
    private final NtpClient client;
    private final Backoff backoff;
    private List<? extends InetAddress> servers = List.of();
    private Instant floor = Instant.EPOCH;
    private boolean wake;
    private boolean bootServerIsBehind;
    private int sets;
    private volatile @Nullable Synchronization last;
    private volatile @Nullable Heard heard;
    private volatile @Nullable Timekeeping keeping;

    /**
     * What the boot server has said.
     *
     * @param offset by how much its clock was ahead
     * @param at when, by this machine's clock before it was corrected
     * @param time what it said
     * @param nanoTime when, by the clock that is never set
     */
    public record Heard(Duration offset, Instant at, Instant time, long nanoTime) {

        Authenticated now() {
            var age = Duration.ofNanos(System.nanoTime() - nanoTime);
            return new Authenticated(time.plus(age), age);
        }
    }

    /** A correction of the clock by a time server. */
    public record Synchronization(String server, Duration offset, Instant at, long nanoTime) {}

    /**
     * The node's time keeping.
     *
     * @param synchronizedFirst called when the clock is right for the first time
     */
    public TimeSync(Service service, RandomGenerator random, Runnable synchronizedFirst) {
        this(service, random, synchronizedFirst, LocalClock.system(), new NtpClient(LocalClock.system(), random));
    }

    TimeSync(Service service, RandomGenerator random, Runnable synchronizedFirst, LocalClock clock, NtpClient client) {
        this.service = service;
        this.random = random;
        this.synchronizedFirst = synchronizedFirst;
        this.clock = clock;
        this.client = client;
        this.backoff = new Backoff(AGAIN, AGAIN_AT_LAST, random);
    }

    /** The last correction by a time server. */
    public Optional<Synchronization> last() {
        return Optional.ofNullable(last);
    }

    /** What the boot server said last. */
    public Optional<Heard> heard() {
        return Optional.ofNullable(heard);
    }

    /** How the clock is kept; empty before that is known. */
    public Optional<Timekeeping> keeping() {
        return Optional.ofNullable(keeping);
    }

    /** The clock cannot be right while it says less: sets it to that. It may be called again, with another bound; the latest counts. */
    public synchronized void notBefore(Instant bound) {
        if (bound.isAfter(floor)) {
            floor = bound;
        }
        Instant now = clock.now();
        if (now.isBefore(floor)) {
            LOG.warn("the clock says {}, which cannot be; it is set to {}", now, floor);
            set(floor);
        }
    }

    /**
     * The boot server has said its time on an authenticated channel. It is right to within the way through the network, which is enough for
     * certificates; a clock that time servers keep is left alone.
     */
    public synchronized void serverSaid(Instant time) {
        Instant now = clock.now();
        Duration offset = Duration.between(now, time);
        if (time.isBefore(floor)) {
            bootServerIsBehind = true;
            LOG.warn("the boot server's clock says {}, before {}, when this site or this image was made", time, floor);
            become(
                    Reason.BEFORE_LOWER_BOUND,
                    "the boot server's clock lies before " + floor + ", when this site or this image was made; set it");
            return;
        }
        bootServerIsBehind = false;
        heard = new Heard(offset, now, time, System.nanoTime());
        wake = true;
        notifyAll();
        if (last != null || offset.abs().compareTo(ROUGH) <= 0) {
            return;
        }
        if (set(time)) {
            LOG.warn("the clock was set by {} ms to the boot server's: no time server keeps it", offset.toMillis());
        }
    }

    /** The servers in use. */
    public synchronized List<? extends InetAddress> servers() {
        return servers;
    }

    /** Other servers from now on; asks them soon if they are new. */
    public synchronized void use(List<? extends InetAddress> next) {
        var some = next.stream().distinct().limit(MOST_SERVERS).toList();
        if (!servers.equals(some)) {
            servers = some;
            wake = true;
            notifyAll();
        }
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            List<? extends InetAddress> now;
            int setsBefore;
            synchronized (this) {
                while (servers.isEmpty() || heard == null) {
                    sayWhatIsMissing();
                    wait();
                }
                wake = false;
                now = servers;
                setsBefore = sets;
            }
            var answers = client.ask(now);
            boolean good = conclude(answers, setsBefore);
            Duration pause = good ? CALM : backoff.next();
            long jitter = pause.toMillis() / 8;
            synchronized (this) {
                if (!wake) {
                    wait(pause.toMillis() + random.nextLong(-jitter, jitter + 1));
                }
            }
        }
    }

    private void sayWhatIsMissing() {
        if (bootServerIsBehind) {
            // That has been said, and is worth more than what follows from it.
            return;
        }
        if (servers.isEmpty()) {
            String none =
                    "no time server is known: only the boot server's time sets the clock, to within seconds; name time"
                            + " servers in the machine's subnet or in the machine (spec.timeServers)";
            keeping = new Timekeeping(Reason.NO_TIME_SERVER, none);
            service.waiting(none);
        } else {
            become(
                    Reason.WAITS_FOR_BOOT_SERVER,
                    "time servers are not believed before the boot server has said its time");
        }
    }

    /** Does what the answers allow; whether the clock is right now. */
    private synchronized boolean conclude(List<ClockPolicy.Answers> answers, int setsBefore) {
        if (setsBefore != sets) {
            // The answers tell of the clock as it was.
            wake = true;
            return false;
        }
        Heard boot = heard;
        var situation = new Situation(clock.now(), floor, boot == null ? null : boot.now(), last == null);
        return switch (ClockPolicy.decide(answers, situation)) {
            case ClockDecision.Correct correct -> correct(correct);
            case ClockDecision.Refuse(Reason reason, String why) -> refuse(reason, why);
        };
    }

    private boolean refuse(Reason reason, String why) {
        Synchronization before = last;
        boolean stillRight = reason == Reason.NO_ANSWER
                && before != null
                && System.nanoTime() - before.nanoTime() < STAYS_RIGHT.toNanos();
        if (stillRight) {
            LOG.info("not asked with success, tried again: {}", why);
        } else {
            become(reason, why);
        }
        return false;
    }

    private boolean correct(ClockDecision.Correct correct) {
        Duration offset = correct.offset();
        boolean first = last == null;
        if (!apply(offset, correct.atOnce())) {
            return false;
        }
        if (correct.atOnce()) {
            LOG.info("the clock was set by {} ms from {}", offset.toMillis(), correct.server());
        }
        last = new Synchronization(correct.server(), offset, clock.now(), System.nanoTime());
        backoff.reset();
        String outvoted = correct.outvoted();
        if (!outvoted.isEmpty()) {
            LOG.warn("{} says another time than the others or the boot server, and is not believed", outvoted);
        }
        keeping = new Timekeeping(
                Reason.SYNCHRONIZED,
                outvoted.isEmpty()
                        ? "time servers keep the clock"
                        : outvoted + " says another time and is not believed");
        service.running();
        if (first) {
            synchronizedFirst.run();
        }
        return true;
    }

    /** A node that shares its kernel has the clock of its host, whose business it is to be right; wrong, it is said. */
    private boolean apply(Duration offset, boolean atOnce) {
        try {
            if (atOnce) {
                clock.set(clock.now().plus(offset));
                sets++;
            } else {
                clock.slew(offset);
            }
            return true;
        } catch (SystemCallException refused) {
            if (refused.errno() != Libc.EPERM) {
                throw refused;
            }
            boolean right = offset.abs().compareTo(ClockPolicy.STEP) <= 0;
            if (!right) {
                notOurs();
            }
            return right;
        }
    }

    private boolean set(Instant time) {
        try {
            clock.set(time);
            sets++;
            return true;
        } catch (SystemCallException refused) {
            LOG.warn("{}", refused.getMessage());
            notOurs();
            return false;
        }
    }

    private void notOurs() {
        become(
                Reason.CLOCK_NOT_OURS,
                "the clock is wrong and belongs to the host, which does not let this node set it");
    }

    private void become(Reason reason, String why) {
        var next = new Timekeeping(reason, why);
        if (!next.equals(keeping)) {
            LOG.warn("the clock is not synchronized ({}): {}", reason, why);
        }
        keeping = next;
        service.unhealthy(why);
    }
}
