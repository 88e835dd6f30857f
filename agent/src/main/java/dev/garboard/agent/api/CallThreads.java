package dev.garboard.agent.api;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that answer calls: a fixed number, so that callers cannot have the node make more. What waits for one is bounded by the calls
 * that are admitted.
 *
 * <p>An error that a call provokes ends that call, which gRPC has seen to before it comes here. It must not end the thread: an error that
 * no one catches restarts the node.
 */
final class CallThreads extends ThreadPoolExecutor {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");
    private static final int KEEP_SECONDS = 30;

    CallThreads(int threads) {
        super(
                threads,
                threads,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("call-", 0).daemon().factory());
        allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable call) {
        super.execute(() -> {
            try {
                call.run();
            } catch (OutOfMemoryError | StackOverflowError provoked) {
                LOG.error("a call ended with an error", provoked);
            }
        });
    }
}
