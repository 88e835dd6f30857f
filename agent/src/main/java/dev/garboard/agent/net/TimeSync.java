package dev.garboard.agent.net;

import dev.garboard.agent.linux.Libc;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.linux.SystemClock;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.commons.net.ntp.NTPUDPClient;
import org.apache.commons.net.ntp.TimeInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the clock by SNTP: sets it once at the start, then corrects it gradually. */
public final class TimeSync implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.time");
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Duration AGAIN = Duration.ofSeconds(16);
    private static final Duration CALM = Duration.ofSeconds(1024);

    /** A clock this far off is set at once also later: correcting it gradually would take most of an hour. */
    private static final Duration STEP = Duration.ofSeconds(1);

    /** The boot server's time is no better than its way here. */
    private static final Duration ROUGH = Duration.ofSeconds(5);

    private final Service service;
    private final RandomGenerator random;
    private final Runnable synchronizedFirst;
    private List<? extends InetAddress> servers = List.of();
    private volatile @Nullable Synchronization last;
    private volatile @Nullable Heard heard;

    /** By how much the boot server's clock was ahead, and when. */
    public record Heard(Duration offset, Instant at) {}

    /** A successful query. */
    public record Synchronization(InetAddress server, Duration offset, Instant at) {}

    /**
     * The node's time keeping.
     *
     * @param synchronizedFirst called when the clock is right for the first time
     */
    public TimeSync(Service service, RandomGenerator random, Runnable synchronizedFirst) {
        this.service = service;
        this.random = random;
        this.synchronizedFirst = synchronizedFirst;
    }

    /** The last successful query. */
    public Optional<Synchronization> last() {
        return Optional.ofNullable(last);
    }

    /** What the boot server said last. */
    public Optional<Heard> heard() {
        return Optional.ofNullable(heard);
    }

    /**
     * The boot server has said its time on an authenticated channel. It is right to within the way through the network, which is enough for
     * certificates; a clock that a time server keeps is left alone.
     */
    public void serverSaid(Instant time) {
        Instant now = Instant.now();
        Duration offset = Duration.between(now, time);
        heard = new Heard(offset, now);
        if (last != null || offset.abs().compareTo(ROUGH) <= 0) {
            return;
        }
        try {
            SystemClock.set(time);
            LOG.warn("the clock was set by {} ms to the boot server's: no time server has answered", offset.toMillis());
        } catch (SystemCallException refused) {
            LOG.warn("{}", refused.getMessage());
            service.unhealthy(
                    "the clock is off by " + offset.toMillis() + " ms and cannot be set: " + refused.getMessage());
        }
    }

    /** The servers in use. */
    public synchronized List<? extends InetAddress> servers() {
        return servers;
    }

    /** Other servers from now on; asks them soon if they are new. */
    public synchronized void use(List<? extends InetAddress> next) {
        if (!servers.equals(next)) {
            servers = List.copyOf(next);
            notifyAll();
        }
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            List<? extends InetAddress> now;
            synchronized (this) {
                while (servers.isEmpty()) {
                    service.waiting("no time server is known; DHCP option 42 or the desired state can name one");
                    wait();
                }
                now = servers;
            }
            Duration pause = now.stream().anyMatch(this::ask) ? CALM : AGAIN;
            long jitter = pause.toMillis() / 8;
            synchronized (this) {
                if (servers.equals(now)) {
                    wait(pause.toMillis() + random.nextLong(-jitter, jitter + 1));
                }
            }
        }
    }

    private boolean ask(InetAddress server) {
        try (var client = new NTPUDPClient()) {
            client.setDefaultTimeout(TIMEOUT);
            TimeInfo answer = client.getTime(server);
            answer.computeDetails();
            Long offset = answer.getOffset();
            int stratum = answer.getMessage().getStratum();
            // Stratum 0 is a refusal ("kiss of death"), 16 a server that has no time itself (RFC 4330).
            if (offset == null || stratum < 1 || stratum > 15) {
                service.unhealthy(server.getHostAddress() + " has no time to give: stratum " + stratum);
                return false;
            }
            correct(server, Duration.ofMillis(offset));
            return true;
        } catch (IOException silent) {
            service.unhealthy(server.getHostAddress() + " did not answer: " + silent.getMessage());
            return false;
        }
    }

    private void correct(InetAddress server, Duration offset) {
        boolean first = last == null;
        boolean far = offset.abs().compareTo(STEP) > 0;
        boolean ours = true;
        try {
            if (first || far) {
                SystemClock.set(Instant.now().plus(offset));
                LOG.info("the clock was set by {} ms from {}", offset.toMillis(), server.getHostAddress());
            } else {
                SystemClock.slew(offset);
            }
        } catch (SystemCallException refused) {
            // A node that shares its kernel has the clock of its host, whose business it is to be right.
            if (refused.errno() != Libc.EPERM) {
                throw refused;
            }
            ours = false;
        }
        last = new Synchronization(server, offset, Instant.now());
        if (ours || !far) {
            service.running();
        } else {
            service.unhealthy("the clock is off by " + offset.toMillis()
                    + " ms and belongs to the host, which does not let this node set it");
        }
        if (first) {
            synchronizedFirst.run();
        }
    }
}
