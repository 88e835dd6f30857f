package dev.garboard.server;

import dev.garboard.httpboot.FileAnswer;
import dev.garboard.image.BundleStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Answers {@code /bundles/NAME/FILE}: what was imported, to anybody. Nothing in a bundle is secret, and a node verifies what it fetched. */
final class BundleFiles {

    private static final String PREFIX = "bundles/";

    private final BundleStore store;
    private final Executor blocking;

    /**
     * Makes it.
     *
     * @param blocking where files are read; the event loop must not wait for a disk
     */
    BundleFiles(BundleStore store, Executor blocking) {
        this.store = store;
        this.blocking = blocking;
    }

    static boolean isBundle(String path) {
        return path.startsWith(PREFIX);
    }

    CompletionStage<FileAnswer> find(String path) {
        var parts = path.substring(PREFIX.length()).split("/", -1);
        if (parts.length != 2) {
            return CompletableFuture.completedFuture(new FileAnswer.NotFound("expected /bundles/NAME/FILE"));
        }
        return CompletableFuture.supplyAsync(() -> answer(parts[0], parts[1]), blocking);
    }

    private FileAnswer answer(String bundle, String file) {
        return store.file(bundle, file)
                .<FileAnswer>map(found -> new FileAnswer.Found(found.path(), found.size(), found.sha256()))
                .orElseGet(() -> new FileAnswer.NotFound("there is no file " + file + " of a bundle " + bundle
                        + "; `garboard kubernetes list` shows what was imported"));
    }
}
