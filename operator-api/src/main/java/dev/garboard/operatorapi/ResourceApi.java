package dev.garboard.operatorapi;

import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.PreferredImage;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceConflictException;
import dev.garboard.inventory.ResourceExistsException;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceRules;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.nodeconfig.binding.Problem;
import dev.garboard.operatorapi.Refusal.Cause;
import dev.garboard.trust.Role;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Get, list and the writes, on the resources of one store. Blocks on it: called on virtual threads only. */
final class ResourceApi {

    /** How often a change that names no version is tried again when another one comes in between. */
    private static final int ATTEMPTS = 8;

    private final ResourceStore store;
    private final InstantSource clock;
    private final ChangeGuard guard;

    ResourceApi(ResourceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.guard = new ChangeGuard(store);
    }

    /** Answers everything but a watch. */
    ApiAnswer answer(ApiCall call, Verb verb, Kind<?, ?> kind, @Nullable String name) {
        if (name == null) {
            return verb == Verb.CREATE
                    ? create(call, kind)
                    : ListPages.answer(call, store.list(kind), kind, clock.instant());
        }
        return explaining(kind, name, () -> switch (verb) {
            case GET -> shown(call, 200, stored(kind, name));
            case REPLACE -> replace(call, kind, name);
            case PATCH -> patch(call, kind, name);
            case DELETE -> delete(call, kind, name);
            case LIST, WATCH, CREATE -> throw new IllegalStateException(verb + " is not about one resource");
        });
    }

    private <S extends Record, T extends Record> ApiAnswer create(ApiCall call, Kind<S, T> kind) {
        var tree = Bodies.object(call);
        var name = Bodies.nameIn(tree);
        return explaining(kind, name, () -> {
            var wanted = parse(kind, tree);
            if (wanted.metadata().resourceVersion() != 0) {
                throw new RefusedException(Refusal.badRequest(
                        "metadata.resourceVersion should not be set on a resource to be created; found "
                                + wanted.metadata().resourceVersion()));
            }
            guard.check(call.caller(), null, wanted);
            ResourceRules.checkOrder(wanted);
            if (!call.dryRun()) {
                return shown(call, 201, store.create(wanted));
            }
            if (store.get(kind, name).isPresent()) {
                throw new ResourceExistsException(name);
            }
            var meta = wanted.metadata();
            return shown(
                    call,
                    201,
                    wanted.withMetadata(new ObjectMeta(
                            name,
                            UUID.randomUUID().toString(),
                            0,
                            1,
                            clock.instant(),
                            meta.labels(),
                            meta.annotations())));
        });
    }

    private <S extends Record, T extends Record> ApiAnswer replace(ApiCall call, Kind<S, T> kind, String name) {
        var wanted = parse(kind, Bodies.object(call));
        if (!wanted.name().equals(name)) {
            throw new RefusedException(Refusal.badRequest("the name of the resource (" + wanted.name()
                    + ") does not match the name in the path (" + name + ")"));
        }
        if (wanted.metadata().resourceVersion() == 0) {
            throw new InvalidResourceException(
                    Problem.Sort.MISSING,
                    "metadata.resourceVersion",
                    "must be specified for an update; get the resource, change it, and put" + " it back");
        }
        var before = stored(kind, name);
        checkUid(wanted.metadata(), before.metadata());
        return shown(call, 200, write(call, before, wanted));
    }

    private <S extends Record, T extends Record> ApiAnswer patch(ApiCall call, Kind<S, T> kind, String name) {
        var patch = Bodies.patch(call);
        var pinned = patch.path("metadata").hasNonNull("resourceVersion");
        if (!pinned && patch.path("metadata") instanceof ObjectNode metadata) {
            // Null would take the version away, and with it the tie between what is checked and what is replaced.
            metadata.remove("resourceVersion");
        }
        for (int attempt = 1; ; attempt++) {
            var before = stored(kind, name);
            var tree = MergePatch.apply(ResourceJson.write(before), patch);
            var wanted = parse(kind, Bodies.requireObject(tree));
            if (!wanted.name().equals(name)) {
                throw new InvalidResourceException(
                        "metadata.name",
                        "found " + wanted.name() + ", expected " + name + "; a name cannot be changed");
            }
            checkUid(wanted.metadata(), before.metadata());
            if (kind.equals(Kinds.IMAGE)) {
                return shown(call, 200, prefer(call, before, wanted));
            }
            try {
                return shown(call, 200, write(call, before, wanted));
            } catch (ResourceConflictException changedMeanwhile) {
                if (pinned || attempt == ATTEMPTS) {
                    throw changedMeanwhile;
                }
            }
        }
    }

    /** Preferring an image is the only change that is not the import's; it takes the preference from the one that had it. */
    private Resource<?, ?> prefer(ApiCall call, Resource<?, ?> before, Resource<?, ?> wanted) {
        var allowed = PreferredImage.preferred((ImageSpec) before.spec());
        if (!wanted.spec().equals(allowed)
                || !wanted.metadata().labels().equals(before.metadata().labels())) {
            throw new InvalidResourceException(
                    "spec",
                    "only spec.preferred of an image can be set, to true; the rest is written by garboard image"
                            + " import");
        }
        return call.dryRun()
                ? new Resource<>(Kinds.IMAGE, before.metadata(), allowed, (ImageStatus) before.status())
                : PreferredImage.set(store, before.name());
    }

    private <S extends Record, T extends Record> Resource<S, T> write(
            ApiCall call, Resource<S, T> before, Resource<S, T> wanted) {
        var meta = before.metadata();
        // Also because the guard's word holds for the difference to this version and no other.
        if (wanted.metadata().resourceVersion() != meta.resourceVersion()) {
            throw new ResourceConflictException("the resource has version " + meta.resourceVersion()
                    + ", the change was made from " + wanted.metadata().resourceVersion());
        }
        guard.check(call.caller(), before, wanted);
        if (wanted.spec().equals(before.spec())) {
            ResourceRules.check(wanted);
        } else {
            ResourceRules.checkOrder(wanted);
        }
        var finalizers = wanted.metadata().finalizers();
        if (!finalizers.isEmpty() && !finalizers.equals(before.metadata().finalizers())) {
            throw new InvalidResourceException(
                    "metadata.finalizers",
                    "found " + finalizers + ", expected " + before.metadata().finalizers()
                            + "; the server alone writes them");
        }
        if (!call.dryRun()) {
            return store.replace(wanted);
        }
        return before.withSpec(wanted.spec())
                .withMetadata(meta.withLabels(wanted.metadata().labels())
                        .withAnnotations(wanted.metadata().annotations()));
    }

    private <S extends Record, T extends Record> ApiAnswer delete(ApiCall call, Kind<S, T> kind, String name) {
        var options = Bodies.deleteOptions(call);
        // A Cluster that cannot be read stays: its etcd could not be saved before, and its keys would go with it.
        if (!options.dryRun()
                && options.uid() == null
                && options.resourceVersion() == 0
                && !kind.equals(Kinds.CLUSTER)
                // Nobody can tell what is lost with it, so it is no operator's.
                && call.caller().may(Role.ADMIN)
                && store.discardUnreadable(kind, name)) {
            return ApiAnswer.json(200, discarded(kind, name));
        }
        for (int attempt = 1; ; attempt++) {
            var before = stored(kind, name);
            var meta = before.metadata();
            if (options.uid() != null && !options.uid().equals(meta.uid())) {
                throw new ResourceConflictException(
                        "the precondition names the UID " + options.uid() + ", the resource has " + meta.uid());
            }
            if (options.resourceVersion() != 0 && options.resourceVersion() != meta.resourceVersion()) {
                throw new ResourceConflictException("the precondition names the version " + options.resourceVersion()
                        + ", the resource has " + meta.resourceVersion());
            }
            guard.check(call.caller(), before, null);
            if (options.dryRun()) {
                return ApiAnswer.json(200, deleted(before));
            }
            try {
                // Exactly the resource that was looked at is deleted: by its UID, and by what the guard saw in it.
                var after = store.delete(kind, name, meta.resourceVersion());
                // As Kubernetes answers: what waits for its finalizers is shown, what is gone is not.
                return after.metadata().finalizers().isEmpty()
                        ? ApiAnswer.json(200, deleted(after))
                        : shown(call, 200, after);
            } catch (ResourceConflictException changedMeanwhile) {
                if (options.resourceVersion() != 0 || attempt == ATTEMPTS) {
                    throw changedMeanwhile;
                }
            }
        }
    }

    /** There is no resource to show: it could not be read. */
    private static ObjectNode discarded(Kind<?, ?> kind, String name) {
        var status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
        status.putObject("details").put("name", name).put("group", Kind.GROUP).put("kind", kind.plural());
        return status;
    }

    private <S extends Record, T extends Record> Resource<S, T> stored(Kind<S, T> kind, String name) {
        return store.get(kind, name).orElseThrow(() -> new ResourceMissingException(name));
    }

    /** The status is Garboard's own: what a caller says of it is not even read. */
    private static <S extends Record, T extends Record> Resource<S, T> parse(Kind<S, T> kind, ObjectNode tree) {
        tree.remove("status");
        return ResourceJson.read(kind, tree);
    }

    private static void checkUid(ObjectMeta wanted, ObjectMeta stored) {
        if (!wanted.uid().isEmpty() && !wanted.uid().equals(stored.uid())) {
            throw new ResourceConflictException("the UID in the request is " + wanted.uid()
                    + ", the stored resource has " + stored.uid() + "; it was deleted and created again");
        }
    }

    private ApiAnswer shown(ApiCall call, int status, Resource<?, ?> resource) {
        return ApiAnswer.json(status, Rendering.of(call).one(resource, clock.instant(), true));
    }

    private static ObjectNode deleted(Resource<?, ?> resource) {
        var status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        status.putObject("details")
                .put("name", resource.name())
                .put("group", Kind.GROUP)
                .put("kind", resource.kind().plural())
                .put("uid", resource.metadata().uid());
        return status;
    }

    /** Turns what the store and the rules refuse into the caller's terms. */
    private static ApiAnswer explaining(Kind<?, ?> kind, String name, Supplier<ApiAnswer> work) {
        try {
            return work.get();
        } catch (ResourceMissingException missing) {
            throw new RefusedException(Refusal.notFound(kind, name));
        } catch (ResourceExistsException exists) {
            throw new RefusedException(Refusal.alreadyExists(kind, name));
        } catch (ResourceConflictException conflict) {
            throw new RefusedException(Refusal.conflict(kind, name, String.valueOf(conflict.getMessage())));
        } catch (InvalidResourceException invalid) {
            throw new RefusedException(Refusal.invalid(
                    kind, name, invalid.found().stream().map(ResourceApi::cause).toList()));
        }
    }

    private static Cause cause(Problem problem) {
        var reason = switch (problem.sort()) {
            case MISSING -> "FieldValueRequired";
            case UNKNOWN -> "FieldValueForbidden";
            case WRONG -> "FieldValueInvalid";
        };
        return new Cause(reason, problem.path(), problem.message());
    }
}
