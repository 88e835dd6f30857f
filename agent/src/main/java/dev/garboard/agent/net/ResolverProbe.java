package dev.garboard.agent.net;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Asks resolvers, all at the same time and on the caller's thread: by UDP, twice when nothing comes, and by TCP those whose answer was cut
 * off, as servers do that bound the rate of their answers. Own sockets instead of the library's resolver: that one has threads that stay,
 * and gives up at the first packet with another id, which anybody can send.
 */
final class ResolverProbe {

    private static final int PORT = 53;
    private static final int TRIES = 2;

    private final int port;
    private final Duration timeout;
    private final RandomGenerator random;

    ResolverProbe(RandomGenerator random) {
        this(PORT, Duration.ofSeconds(2), random);
    }

    ResolverProbe(int port, Duration timeout, RandomGenerator random) {
        this.port = port;
        this.timeout = timeout;
        this.random = random;
    }

    /** One answer for each server, in their order. Takes three times the time that one answer may take, however many they are. */
    List<ResolverAnswer> ask(List<? extends InetAddress> servers) throws IOException, InterruptedException {
        var asked = servers.stream()
                .map(server -> new AskedResolver(
                        new InetSocketAddress(server, port), new ResolverQuestion(random.nextInt()), timeout))
                .toList();
        try (var selector = Selector.open()) {
            for (int i = 0; i < TRIES; i++) {
                asked.forEach(each -> each.ask(selector));
                await(selector, asked);
            }
        } finally {
            asked.forEach(AskedResolver::close);
        }
        var again = asked.stream()
                .filter(AskedResolver::isTruncated)
                .map(each -> Thread.ofVirtual().start(each::askAgainByTcp))
                .toList();
        for (var each : again) {
            each.join();
        }
        return asked.stream().map(AskedResolver::answer).toList();
    }

    private void await(Selector selector, List<AskedResolver> asked) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (asked.stream().anyMatch(AskedResolver::isAwaited)) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return;
            }
            selector.select(key -> ((AskedResolver) key.attachment()).receive(), left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** What is said of a server that is silent. */
    static ResolverAnswer silent(Duration timeout) {
        return ResolverAnswer.failed(Result.NO_ANSWER, "no answer within " + seconds(timeout));
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
