package dev.garboard.e2e;

import dev.garboard.e2e.Program.Output;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Calls a service again and again, and keeps what failed. */
final class ServiceCaller implements AutoCloseable {

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean closed;

    ServiceCaller(Supplier<Output> call) {
        thread = Thread.ofPlatform().name("service caller").start(() -> {
            while (!closed) {
                var output = call.get();
                if (output.exitCode() != 0) {
                    failures.add(output.toString());
                }
                calls.incrementAndGet();
            }
        });
    }

    /** What failed until now. */
    List<String> failures() throws InterruptedException {
        int before = calls.get();
        while (calls.get() < before + 2) {
            Thread.sleep(20);
        }
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
