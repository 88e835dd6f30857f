package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Children;
import dev.garboard.kubernetes.document.StagedBundle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code StagedBundle}: everything that can be done for the next bundle while the one in use runs on. It is fetched, verified, mounted, its
 * image is imported, and one of its programs is started once, so that one which does not run here is found before anything is stopped.
 */
final class StagedBundleApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.bundle");
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Children children;
    private final BundleShelf shelf;
    private final BundleFetch fetch;

    StagedBundleApplier(Children children, BundleShelf shelf, BundleFetch fetch) {
        this.children = children;
        this.shelf = shelf;
        this.fetch = fetch;
    }

    @Override
    public String kind() {
        return StagedBundle.KIND;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var wanted = input.as(StagedBundle.class).next();
        var current = shelf.require();
        if (current.name().equals(wanted.bundle())
                || shelf.staged()
                        .filter(staged -> staged.name().equals(wanted.bundle()))
                        .isPresent()) {
            return;
        }
        var next = fetch.mounted(wanted);
        new BundleImages(children, current).bring(next);
        new ProgramCall(children, next.environment())
                .run(LIMIT, next.program("kubelet").toString(), "--version");
        shelf.stage(next);
        LOG.info("{} is ready to be used", next.name());
    }

    /** What was staged and not used goes when everything has settled. */
    @Override
    public void remove(String name) {
        shelf.stage(null);
    }
}
