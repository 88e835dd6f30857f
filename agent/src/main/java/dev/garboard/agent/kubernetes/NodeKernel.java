package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.KernelModules;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The kernel's part: modules are loaded while the bundle is fetched, since both take their time. */
final class NodeKernel {

    private final CompletableFuture<Void> modules = new CompletableFuture<>();

    /** Begins to load. */
    NodeKernel() {
        Thread.ofPlatform().name("kernel modules").daemon().start(() -> {
            try {
                KernelModules.loadForContainers();
                modules.complete(null);
            } catch (IOException | RuntimeException failed) {
                modules.completeExceptionally(failed);
            }
        });
    }

    /**
     * Waits until all are loaded.
     *
     * @throws IOException when they cannot be read
     */
    void await() throws IOException {
        try {
            modules.join();
        } catch (CompletionException failed) {
            throw new IOException("the modules of the kernel cannot be loaded: " + failed.getCause(), failed);
        }
    }
}
