package dev.garboard.server;

import dev.garboard.image.ImageManifest;
import dev.garboard.image.ImageStore;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceConflictException;
import dev.garboard.inventory.ResourceExistsException;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.ServingPart;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the Image resources what this server's store has. An import is done by another process on the same files, so the store is looked
 * at every few seconds. Other servers on the same database have stores of their own: only this one's entry is ever withdrawn. The first image
 * becomes the preferred one; later ones only when an operator says so.
 */
final class ImageCatalog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ImageCatalog.class);

    private final Supplier<ImageStore.Contents> images;
    private final String server;
    private final ResourceStore store;
    private final InstantSource clock;
    private final ServingPart part;
    private Set<String> told = Set.of();

    private @Nullable ServingLoop loop;

    ImageCatalog(Supplier<ImageStore.Contents> images, String server, ResourceStore store, InstantSource clock) {
        this.images = images;
        this.server = server;
        this.store = store;
        this.clock = clock;
        this.part = store.parts().part("image-catalog");
    }

    /** Brings the resources up to date, then keeps them so. */
    static ImageCatalog start(ImageStore images, ResourceStore store, Duration every, InstantSource clock) {
        var catalog = new ImageCatalog(images::contents, images.id(), store, clock);
        catalog.synchronize();
        catalog.part.worked();
        catalog.loop = ServingLoop.start(catalog.part, every, catalog::synchronize);
        return catalog;
    }

    void synchronize() {
        var contents = images.get();
        var known = new HashMap<String, Resource<ImageSpec, ImageStatus>>();
        var stored = store.list(Kinds.IMAGE);
        stored.items().forEach(image -> known.put(image.name(), image));
        boolean preferred =
                known.values().stream().anyMatch(image -> image.spec().preferred());
        for (var image : contents.images()) {
            var current = known.remove(image.manifest().name());
            if (stored.unreadable().containsKey(image.manifest().name())) {
                // Named by the part of the store; written again it would be over what a person may yet mend.
                continue;
            }
            if (current == null) {
                preferred = announce(image, !preferred) || preferred;
            } else {
                change(current, resource -> held(resource, image), "image is in this server's store");
            }
        }
        for (var image : known.values()) {
            var damage = contents.damaged().get(image.name());
            if (damage != null) {
                change(image, resource -> damaged(resource, damage), "image of this server is damaged");
            } else if (image.status().servers().equals(List.of(server)) && !isWanted(image)) {
                // Pinned to what was read: whoever has it by now keeps it.
                attempt(
                        image.name(),
                        () -> store.delete(
                                Kinds.IMAGE, image.name(), image.metadata().resourceVersion()));
                log.atWarn().addKeyValue("image", image.name()).log("image is in no image store any more");
            } else {
                change(image, this::withdrawn, "image is not in this server's store");
            }
        }
        tell(contents.damaged());
    }

    /** Whether it is created. */
    private boolean announce(ImageStore.Imported image, boolean preferred) {
        var name = image.manifest().name();
        boolean created = attempt(
                name,
                () -> store.create(new Resource<>(
                        Kinds.IMAGE, ObjectMeta.named(name), spec(image, preferred), ImageStatus.on(server))));
        if (created) {
            log.atInfo().addKeyValue("image", name).log("image available");
        }
        return created;
    }

    private void change(Resource<ImageSpec, ImageStatus> known, Change change, String what) {
        // Tried on what was read first: the usual answer is that nothing is to be written.
        var wanted = change.apply(known);
        if (!wanted.spec().equals(known.spec()) || !wanted.status().equals(known.status())) {
            attempt(known.name(), () -> store.update(Kinds.IMAGE, known.name(), change::apply));
            log.atInfo().addKeyValue("image", known.name()).log(what);
        }
    }

    /** What is to become of an image. */
    private interface Change {
        Resource<ImageSpec, ImageStatus> apply(Resource<ImageSpec, ImageStatus> image);
    }

    private Resource<ImageSpec, ImageStatus> held(
            Resource<ImageSpec, ImageStatus> resource, ImageStore.Imported image) {
        var spec = spec(image, resource.spec().preferred());
        var others = resource.status().without(server);
        if (!spec.equals(resource.spec()) && !others.servers().isEmpty()) {
            var message = "the image of that name on " + server + " has other files than on "
                    + String.join(", ", others.servers())
                    + "; it is not served there. Import the same image on all of them";
            return resource.withStatus(others.withoutCondition(own("Damaged"))
                    .with(condition(own("Differs"), "True", "StoresDiffer", message)));
        }
        return resource.withSpec(spec)
                .withStatus(resource.status()
                        .with(server)
                        .withoutCondition(own("Damaged"))
                        .withoutCondition(own("Differs"))
                        .withoutCondition(ImageStatus.AVAILABLE));
    }

    private Resource<ImageSpec, ImageStatus> damaged(Resource<ImageSpec, ImageStatus> resource, String damage) {
        return resource.withStatus(orphaned(resource.status().without(server).withoutCondition(own("Differs")))
                .with(condition(own("Damaged"), "True", "ManifestDamaged", "on " + server + " " + damage)));
    }

    private Resource<ImageSpec, ImageStatus> withdrawn(Resource<ImageSpec, ImageStatus> resource) {
        return resource.withStatus(orphaned(resource.status()
                .without(server)
                .withoutCondition(own("Damaged"))
                .withoutCondition(own("Differs"))));
    }

    private ImageStatus orphaned(ImageStatus status) {
        return status.servers().isEmpty()
                ? status.with(condition(
                        ImageStatus.AVAILABLE,
                        "False",
                        "NoServerHasIt",
                        "no server has this image; import it with `garboard image import`, or delete it"))
                : status;
    }

    /** Not only an entry of a list: machines are to boot it. */
    private boolean isWanted(Resource<ImageSpec, ImageStatus> image) {
        return image.spec().preferred()
                || store.list(Kinds.MACHINE).items().stream()
                        .anyMatch(machine -> image.name().equals(machine.spec().image()));
    }

    /** False when another server was faster; the next round sees what it did. */
    private static boolean attempt(String image, Runnable write) {
        try {
            write.run();
            return true;
        } catch (ResourceExistsException | ResourceMissingException | ResourceConflictException raced) {
            log.atInfo()
                    .addKeyValue("image", image)
                    .addKeyValue("reason", String.valueOf(raced.getMessage()))
                    .log("another server changed the image meanwhile; looking again");
            return false;
        }
    }

    /** Images that have no resource to carry a condition are in here all the same. */
    private void tell(Map<String, String> damaged) {
        damaged.forEach((name, why) -> {
            if (!told.contains(name)) {
                log.atError()
                        .addKeyValue("image", name)
                        .addKeyValue("reason", why)
                        .log("image set aside");
            }
        });
        told = new HashSet<>(damaged.keySet());
        part.note(damaged.isEmpty() ? "" : "set aside: " + SetAsideText.of(damaged));
    }

    private String own(String what) {
        return what + "-" + server;
    }

    private Condition condition(String type, String status, String reason, String message) {
        return new Condition(type, status, reason, message, clock.instant());
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

    @Override
    public void close() {
        if (loop != null) {
            loop.close();
        }
    }
}
