package dev.garboard.agent.net;

import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the node's resolvers whether they resolve: at once when they are others, and every nine seconds from then on. What it finds changes
 * nothing on the node; it is said.
 */
public final class ResolverWatch implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.resolver");

    /** The longest time from one round to the next. With the six seconds of a round, whoever falls silent is found out within 15 s. */
    private static final Duration PAUSE = Duration.ofSeconds(9);

    /** Programs ask the first three at most; that many more may be declared in vain. */
    private static final int MOST_SERVERS = 8;

    private static final String NONE =
            "no resolver is known, so names cannot be resolved: name some in the machine's subnet or in the machine (spec.dnsServers)";

    private final Service service;
    private final RandomGenerator random;
    private final Runnable changed;
    private final ResolverProbe probe;
    private final Duration longestPause;
    private final Supplier<Duration> uptime;
    private @Nullable List<InetAddress> servers;
    private boolean wake;
    private volatile @Nullable ResolverHistory history;

    /**
     * The watch of this node.
     *
     * @param changed called when there is news
     */
    public ResolverWatch(Service service, RandomGenerator random, Runnable changed) {
        this(service, random, changed, new ResolverProbe(random), PAUSE, Kernel::uptime);
    }

    ResolverWatch(
            Service service,
            RandomGenerator random,
            Runnable changed,
            ResolverProbe probe,
            Duration longestPause,
            Supplier<Duration> uptime) {
        this.service = service;
        this.random = random;
        this.changed = changed;
        this.probe = probe;
        this.longestPause = longestPause;
        this.uptime = uptime;
    }

    /** These are the node's from now on, which may be none; asks them soon if they are others. */
    public synchronized void use(List<InetAddress> next) {
        var some = next.stream().distinct().limit(MOST_SERVERS).toList();
        if (!some.equals(servers)) {
            servers = some;
            wake = true;
            notifyAll();
        }
    }

    /** How each is; empty before that is known, and an empty list when there are none. */
    public Optional<List<ResolverStatus>> statuses() {
        return Optional.ofNullable(history).map(ResolverHistory::statuses);
    }

    @Override
    public void run() throws InterruptedException, IOException {
        while (true) {
            var now = next();
            long began = System.nanoTime();
            var answers = probe.ask(now);
            conclude(now, answers);
            pause(now.isEmpty(), began);
        }
    }

    private synchronized List<InetAddress> next() throws InterruptedException {
        List<InetAddress> known;
        while ((known = servers) == null) {
            wait();
        }
        wake = false;
        return known;
    }

    private synchronized void pause(boolean forEver, long began) throws InterruptedException {
        // A thousand machines that were told of a new server together do not stay in step.
        long jitter = random.nextLong(longestPause.toNanos() / 5);
        long deadline = began + longestPause.toNanos() - jitter;
        while (!wake) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (!forEver && left <= 0) {
                return;
            }
            wait(forEver ? 0 : left);
        }
    }

    private void conclude(List<InetAddress> asked, List<ResolverAnswer> answers) {
        synchronized (this) {
            if (wake) {
                // They are others meanwhile, and those are what counts.
                return;
            }
        }
        var before = history;
        var after = (before == null ? ResolverHistory.NONE : before).after(asked, answers, uptime.get());
        history = after;
        if (before == null || !after.saysAs(before)) {
            tell(after.statuses());
            changed.run();
        }
    }

    private void tell(List<ResolverStatus> all) {
        if (all.isEmpty()) {
            LOG.warn("{}", NONE);
            service.waiting(NONE);
            return;
        }
        var complaints = all.stream()
                .filter(each -> !each.answer().isGood())
                .map(ResolverStatus::complaint)
                .collect(Collectors.joining("; "));
        if (complaints.isEmpty()) {
            LOG.info(
                    "all answer: {}",
                    all.stream().map(each -> each.server().getHostAddress()).collect(Collectors.joining(", ")));
            service.running();
        } else {
            LOG.warn("of this node's resolvers these do not answer: {}", complaints);
            service.unhealthy(complaints);
        }
    }
}
