package dev.garboard.server;

import dev.garboard.dhcp.server.Client;
import dev.garboard.inventory.BootClient;
import dev.garboard.inventory.BootDecision;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.BootSessions;
import dev.garboard.inventory.Identities;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.ImageStatus;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMirror;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The one place where a boot is decided and found again, for DHCP, TFTP and HTTP alike. Nothing here blocks the caller. */
final class BootDesk {

    private final MachineIndex machines;
    private final ResourceMirror<ImageSpec, ImageStatus> images;
    private final BootSessions sessions;
    private final String server;
    private final Executor blocking;

    BootDesk(
            MachineIndex machines,
            ResourceMirror<ImageSpec, ImageStatus> images,
            BootSessions sessions,
            String server,
            Executor blocking) {
        this.server = server;
        this.machines = machines;
        this.images = images;
        this.sessions = sessions;
        this.blocking = blocking;
    }

    /** The session of a packet; completes when it is on disk, so that its id outlives a crash of this server. */
    CompletionStage<BootSession> open(Client client, BootClient.Stage stage) {
        var boot = new BootClient(
                client.mac().toString(),
                identity(client),
                stage,
                client.architecture().map(Object::toString).orElse(""),
                true,
                client.bootSession());
        var opened = sessions.open(boot, () -> decide(boot));
        return opened.stored().thenApply(_ -> opened.session());
    }

    private BootDecision decide(BootClient client) {
        return BootDecision.decide(client, machines.match(client.identity()), images.all())
                .servedBy(server);
    }

    /** The session of an id in a URL or file name. */
    CompletionStage<Optional<BootSession>> find(String id) {
        var known = sessions.find(id);
        return known.isPresent()
                ? CompletableFuture.completedFuture(known)
                : CompletableFuture.supplyAsync(() -> sessions.load(id), blocking);
    }

    /** The image that a session boots, if this server still has it. */
    Optional<Resource<ImageSpec, ImageStatus>> image(BootSession session) {
        var name = session.spec().image();
        return name == null
                ? Optional.empty()
                : images.get(name).filter(image -> image.status().servers().contains(server));
    }

    private static MachineIdentity identity(Client client) {
        @Nullable
        String uuid = client.uuid() == null
                ? null
                : Identities.normalizeUuid(client.uuid().toString()).orElse(null);
        return new MachineIdentity(List.of(client.mac().toString()), uuid, null, null);
    }
}
