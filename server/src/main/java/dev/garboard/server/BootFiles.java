package dev.garboard.server;

import dev.garboard.httpboot.BootSource;
import dev.garboard.httpboot.FileAnswer;
import dev.garboard.httpboot.IpxeScript;
import dev.garboard.httpboot.ScriptAnswer;
import dev.garboard.httpboot.SessionId;
import dev.garboard.image.ImageStore;
import dev.garboard.image.TicketArchive;
import dev.garboard.inventory.BootSession;
import dev.garboard.tftp.TftpContent;
import dev.garboard.tftp.TftpFiles;
import dev.garboard.tftp.TftpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers boot HTTP and TFTP from the boot session that the name carries; both hand out the same. */
final class BootFiles implements BootSource, TftpFiles {

    private static final String KERNEL = "kernel";
    private static final String INITRAMFS = "initramfs";
    private static final String ROOT = "root.cpio";
    private static final Duration REJECTED_PAUSE = Duration.ofSeconds(60);

    private final BootDesk desk;
    private final ImageStore images;
    private final BundleFiles bundles;
    private final Loaders loaders;
    private final TicketDesk tickets;
    private final DhcpBoot.BootUrls urls;
    private final InetSocketAddress nodeApi;

    BootFiles(
            BootDesk desk,
            ImageStore images,
            BundleFiles bundles,
            Loaders loaders,
            TicketDesk tickets,
            DhcpBoot.BootUrls urls,
            InetSocketAddress nodeApi) {
        this.desk = desk;
        this.images = images;
        this.bundles = bundles;
        this.loaders = loaders;
        this.tickets = tickets;
        this.urls = urls;
        this.nodeApi = nodeApi;
    }

    @Override
    public CompletionStage<ScriptAnswer> script(SessionId id, InetSocketAddress client) {
        return desk.find(id.hex())
                .thenApply(session ->
                        session.map(this::script).orElseGet(() -> new ScriptAnswer.UnknownSession(unknown(id.hex()))));
    }

    private ScriptAnswer script(BootSession session) {
        var machine = session.spec().machine() == null
                ? session.spec().mac()
                : session.spec().machine();
        var image = desk.image(session);
        if (image.isEmpty()) {
            var reason = session.spec().image() == null
                    ? session.spec().decision()
                    : "image " + session.spec().image() + " is no longer imported";
            return new ScriptAnswer.Reject(machine, reason, REJECTED_PAUSE, ScriptAnswer.Afterwards.REBOOT);
        }
        return new ScriptAnswer.BootImage(
                machine,
                image.get().name(),
                KERNEL,
                // The ticket last: its time begins when the large downloads are over.
                List.of(INITRAMFS, ROOT, TicketArchive.FILE_NAME),
                image.get().spec().commandLine() + " garboard.session=" + session.id() + " garboard.server="
                        + nodeApi.getAddress().getHostAddress() + ":" + nodeApi.getPort());
    }

    @Override
    public CompletionStage<FileAnswer> file(FileRequest request) {
        if (Loaders.isLoader(request.name())) {
            return CompletableFuture.completedFuture(loaders.find(request.name())
                    .<FileAnswer>map(loader -> new FileAnswer.Found(loader.path(), loader.size(), loader.sha256()))
                    .orElseGet(() -> new FileAnswer.NotFound(loaders.missing(request.name()))));
        }
        if (request.session() == null && BundleFiles.isBundle(request.name())) {
            return bundles.find(request.name());
        }
        if (request.session() != null && request.name().equals(TicketArchive.FILE_NAME)) {
            return ticket(request.session().hex(), request.client().getAddress());
        }
        var role = role(request.name());
        if (role.isEmpty() || request.session() == null) {
            return CompletableFuture.completedFuture(new FileAnswer.NotFound("there is no file " + request.name()));
        }
        var id = request.session().hex();
        return desk.find(id)
                .thenApply(session -> session.map(found -> imageFile(found, role.get()))
                        .orElseGet(() -> new FileAnswer.NotFound(unknown(id))));
    }

    private CompletionStage<FileAnswer> ticket(String id, InetAddress asker) {
        return desk.find(id)
                .thenCompose(session -> session.filter(
                                found -> desk.image(found).isPresent())
                        .map(found -> tickets.ticket(found, asker))
                        .orElseGet(() -> CompletableFuture.completedFuture(
                                new FileAnswer.NotFound("there is no file " + TicketArchive.FILE_NAME))));
    }

    private FileAnswer imageFile(BootSession session, String role) {
        var image = desk.image(session);
        if (image.isEmpty()) {
            return new FileAnswer.Refused(session.spec().decision());
        }
        var file = image.get().spec().files().stream()
                .filter(candidate -> candidate.role().equals(role))
                .findFirst();
        if (file.isEmpty()) {
            return new FileAnswer.NotFound("image " + image.get().name() + " has no " + role);
        }
        return images.file(file.get().sha256())
                .<FileAnswer>map(path ->
                        new FileAnswer.Found(path, file.get().size(), file.get().sha256()))
                .orElseGet(() -> new FileAnswer.NotFound("the " + role + " of image "
                        + image.get().name() + " is gone from the image store; import the image again"));
    }

    @Override
    public CompletionStage<Lookup> open(TftpRequest request) {
        int slash = request.name().indexOf('/');
        var id = slash < 0
                ? Optional.<SessionId>empty()
                : SessionId.parse(request.name().substring(0, slash));
        if (id.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Lookup.NotFound("there is no file " + request.name() + "; names begin with a boot session"));
        }
        var name = request.name().substring(slash + 1);
        return desk.find(id.get().hex())
                .thenApply(session -> session.isEmpty()
                        ? new Lookup.NotFound(unknown(id.get().hex()))
                        : tftp(session.get(), id.get(), name));
    }

    private Lookup tftp(BootSession session, SessionId id, String name) {
        if (name.equals("autoexec.ipxe")) {
            return new Lookup.Found(
                    TftpContent.of(IpxeScript.autoexec(id, urls.base()).getBytes(StandardCharsets.US_ASCII)));
        }
        if (name.equals("script.ipxe")) {
            return new Lookup.Found(TftpContent.of(
                    IpxeScript.render(script(session), id, urls.base()).getBytes(StandardCharsets.US_ASCII)));
        }
        return loaders.find(name)
                .<Lookup>map(loader -> new Lookup.Found(new TftpContent.MemoryContent(loader.content())))
                .orElseGet(() -> new Lookup.NotFound(loaders.missing(name)));
    }

    private static Optional<String> role(String name) {
        return switch (name) {
            case KERNEL -> Optional.of("kernel");
            case INITRAMFS -> Optional.of("initramfs");
            case ROOT -> Optional.of("root");
            default -> Optional.empty();
        };
    }

    private static String unknown(String id) {
        return "this server knows no boot session " + id + "; the machine has to start over";
    }
}
