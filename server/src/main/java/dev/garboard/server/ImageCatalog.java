package dev.garboard.server;

import dev.garboard.image.ImageManifest;
import dev.garboard.image.ImageStore;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the Image resources equal to what was imported. An import is done by another process on the same files, so the store is looked at every
 * few seconds. The first image becomes the preferred one; later ones only when an operator says so.
 */
final class ImageCatalog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ImageCatalog.class);

    private final ImageStore images;
    private final ResourceStore store;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("image-catalog").factory());
    private List<ImageStore.Imported> seen = List.of();

    private @Nullable ScheduledFuture<?> task;

    private ImageCatalog(ImageStore images, ResourceStore store) {
        this.images = images;
        this.store = store;
    }

    /** Brings the resources up to date, then keeps them so. */
    static ImageCatalog start(ImageStore images, ResourceStore store, Duration every) {
        var catalog = new ImageCatalog(images, store);
        catalog.synchronize();
        catalog.task = catalog.timer.scheduleWithFixedDelay(
                catalog::trySynchronize, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        return catalog;
    }

    private void trySynchronize() {
        try {
            synchronize();
        } catch (RuntimeException failed) {
            // A scheduled task that throws is never run again.
            log.atError().setCause(failed).log("the image store could not be read; trying again");
        }
    }

    private void synchronize() {
        var imported = images.list();
        if (imported.equals(seen) && !seen.isEmpty()) {
            return;
        }
        var known = store.list(Kinds.IMAGE).items();
        boolean preferred = known.stream().anyMatch(image -> image.spec().preferred());
        for (var image : imported) {
            var current = find(known, image.manifest().name());
            var spec = spec(image, current == null ? !preferred : current.spec().preferred());
            if (current == null) {
                store.create(new Resource<>(
                        Kinds.IMAGE, ObjectMeta.named(image.manifest().name()), spec, new NoStatus()));
                preferred = true;
                log.atInfo().addKeyValue("image", image.manifest().name()).log("image available");
            } else if (!current.spec().equals(spec)) {
                store.update(Kinds.IMAGE, current.name(), stored -> stored.withSpec(spec));
                log.atInfo().addKeyValue("image", current.name()).log("image replaced");
            }
        }
        var present = new HashSet<String>();
        imported.forEach(image -> present.add(image.manifest().name()));
        for (var image : known) {
            if (!present.contains(image.name())) {
                store.delete(Kinds.IMAGE, image.name(), 0);
                log.atWarn().addKeyValue("image", image.name()).log("image is no longer in the image store");
            }
        }
        seen = imported;
    }

    private static ImageSpec spec(ImageStore.Imported image, boolean preferred) {
        var manifest = image.manifest();
        return new ImageSpec(
                manifest.version(),
                manifest.platform(),
                manifest.architecture(),
                manifest.kernelRelease(),
                manifest.rootHash(),
                manifest.commandLine(),
                manifest.files().stream().map(ImageCatalog::file).toList(),
                image.signer(),
                image.signerFingerprint(),
                manifest.builtAt(),
                preferred);
    }

    private static ImageSpec.File file(ImageManifest.File file) {
        return new ImageSpec.File(file.role(), file.sha256(), file.size());
    }

    private static @Nullable Resource<ImageSpec, NoStatus> find(
            List<Resource<ImageSpec, NoStatus>> images, String name) {
        return images.stream()
                .filter(image -> image.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        if (task != null) {
            task.cancel(false);
        }
        timer.shutdownNow();
    }
}
