package dev.garboard.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Builds a node image out of Debian packages, the JDK at hand and the agent. No root is needed, and nothing outside the work and
 * output directories is written. The same packages, tools, agent and class list give the same bytes.
 */
public final class ImageBuilder {

    private final ImageBuildRequest request;
    private final Workspace work;
    private final Steps steps;

    /** Prepares a build; nothing is done before {@link #build}. */
    public ImageBuilder(ImageBuildRequest request, ImageProgress progress) {
        this.request = request;
        this.work = new Workspace(request.work().toAbsolutePath(), request.platform());
        this.steps = new Steps(progress);
    }

    /**
     * Builds the image.
     *
     * @throws ImageException when it cannot be built, with the reason
     */
    public BuiltImage build() {
        HostTools.require();
        var agent = new AgentDistribution(request.agent().toAbsolutePath());
        try {
            Files.createDirectories(work.root());
            try (var channel = FileChannel.open(
                            work.root().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.tryLock()) {
                if (lock == null) {
                    throw new ImageException("another build works in " + work.root()
                            + "; wait for it, or name another directory with --work");
                }
                return build(agent);
            }
        } catch (OverlappingFileLockException busy) {
            throw new ImageException("another build of this process works in " + work.root(), busy);
        } catch (IOException failed) {
            throw new UncheckedIOException("the image could not be built: " + failed.getMessage(), failed);
        }
    }

    private BuiltImage build(AgentDistribution agent) throws IOException {
        work.clear();
        try (ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
            // Neither needs the packages, and a download needs no processor.
            var runtime = CompletableFuture.supplyAsync(this::linkRuntime, background);
            var init = CompletableFuture.supplyAsync(() -> compileStage0(agent), background);
            var packages = packages();
            var parts = new ImageParts(
                    agent,
                    packages.list(),
                    packages.suite(),
                    packages.kernel(),
                    packages.others(),
                    joined(runtime),
                    joined(init));
            return new ImageAssembly(request, work, steps, parts).assemble(background);
        }
    }

    /** The result of a background step; its failure is thrown as if it had happened here. */
    static <T> T joined(CompletableFuture<T> task) {
        try {
            return task.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ImageException own) {
                throw own;
            }
            throw new ImageException("the image could not be built: " + failed.getMessage(), failed);
        }
    }

    private Path linkRuntime() {
        return steps.run(
                "runtime",
                () -> RuntimeImage.link(work.temporary("jre"), work.log("jlink")),
                made -> RuntimeImage.version());
    }

    private Path compileStage0(AgentDistribution agent) {
        return steps.run(
                "stage-0",
                () -> Initramfs.compileStage0(agent, work.temporary("init"), work.log("stage0")),
                made -> "compiled");
    }

    private record Packages(List<DebianPackage> list, String suite, Path kernel, Path others) {}

    private Packages packages() {
        return steps.run(
                "packages",
                () -> {
                    var apt = new PrivateApt(work.shared("apt"), work.logs(), Path.of("/"));
                    apt.configure(request.platform());
                    var cache = new PackageCache(work.shared("packages"), work.logs(), apt);
                    var list = request.locked()
                            ? ImageLock.read(request.lockFile(), request.platform())
                                    .packages()
                            : cache.resolve(request.platform());
                    cache.fetch(list);
                    var kernel = cache.unpack(list.getFirst(), work.temporary("kernel-package"));
                    var others = work.temporary("packages");
                    for (var other : list.subList(1, list.size())) {
                        cache.unpack(other, others);
                    }
                    return new Packages(list, apt.codename(), kernel, others);
                },
                made -> made.list().size() + " of " + made.suite() + ", kernel "
                        + made.list().getFirst().version());
    }
}
