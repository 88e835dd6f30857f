package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Children;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a program that does one thing and ends. */
public record ProgramCall(Children children, List<String> environment) {

    private static final int KILL = 9;
    private static final int KEPT_LINES = 20;

    public ProgramCall {
        environment = List.copyOf(environment);
    }

    /**
     * Runs it to its end.
     *
     * @throws IOException when it fails, with what it said last
     */
    public void run(Duration limit, String... argv) throws IOException, InterruptedException {
        output(limit, argv);
    }

    /**
     * Runs it to its end.
     *
     * @param good the exit codes that are no failure
     * @throws IOException when it fails, with what it said last
     */
    public void run(Duration limit, Set<Integer> good, String... argv) throws IOException, InterruptedException {
        output(limit, good, argv);
    }

    /**
     * Runs it to its end, and gives its last lines.
     *
     * @throws IOException when it fails, with what it said last
     */
    public String output(Duration limit, String... argv) throws IOException, InterruptedException {
        return output(limit, Set.of(0), argv);
    }

    private String output(Duration limit, Set<Integer> good, String... argv) throws IOException, InterruptedException {
        var said = new ConcurrentLinkedDeque<String>();
        var child = children.spawn(List.of(argv), environment, line -> {
            said.add(line);
            while (said.size() > KEPT_LINES) {
                said.poll();
            }
        });
        try {
            var exit = child.exit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            child.awaitLastWords();
            if (exit.signalled() || !good.contains(exit.code())) {
                throw new IOException(argv[0] + " ended with " + exit + ": " + String.join(" / ", said));
            }
            return String.join("\n", said);
        } catch (TimeoutException tooLong) {
            children.signal(child, KILL);
            throw new IOException(argv[0] + " did not end within " + limit.toSeconds() + " s", tooLong);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the reaper gives no other outcome", impossible);
        }
    }
}
