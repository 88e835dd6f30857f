package dev.garboard.image;

import dev.garboard.image.ImageManifest.Role;
import dev.garboard.trust.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Puts the parts together: root tree, AOT cache, file system, initramfs, manifest and signature. */
final class ImageAssembly {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyyMMdd").withZone(ZoneOffset.UTC);

    private final ImageBuildRequest request;
    private final Workspace work;
    private final Steps steps;
    private final ImageParts parts;
    private final long epoch;

    ImageAssembly(ImageBuildRequest request, Workspace work, Steps steps, ImageParts parts) throws IOException {
        this.request = request;
        this.work = work;
        this.steps = steps;
        this.parts = parts;
        var wanted = request.epoch();
        this.epoch = wanted != null ? wanted : parts.epoch();
    }

    /**
     * The image's names.
     *
     * @param buildId equal for two builds only if their bytes are
     */
    private record Label(String buildId, String name, String version) {}

    BuiltImage assemble(Executor background) throws IOException {
        var tree = new RootTree(work.temporary("root"), epoch);
        var content = steps.run(
                "root tree",
                () -> tree.fill(
                        parts.runtime(),
                        parts.agent(),
                        parts.packageTree(),
                        new KernelModules(parts.kernelTree()),
                        request.platform()),
                made -> "content " + made.substring(0, 16));
        var aot = new AotCache(tree, work.temporary("exchange"), work.logs());
        var trainedFor = Digest.of(content + RuntimeImage.version());
        var classList = classList(aot, trainedFor);
        var label = label(tree, content, Digest.of(classList));
        steps.run("aot cache", () -> dump(aot, tree, classList), ImageAssembly::size);
        RootTreeCheck.check(tree.root());

        // The check reads the tree as a node will; nothing it mounts is seen outside its namespace.
        var check = CompletableFuture.runAsync(() -> check(aot), background);
        var image = work.temporary(RootImage.ENTRY);
        var verity = steps.run(
                "file system",
                () -> RootImage.pack(tree.root(), image, label.buildId(), epoch, work.log("erofs")),
                made -> size(image) + ", root hash " + made.rootHash().substring(0, 16));
        var built = steps.run(
                "image",
                () -> finish(label, verity, image),
                made -> made.manifest().name());
        ImageBuilder.joined(check);
        writeLock(trainedFor, classList);
        return publish(built);
    }

    private Label label(RootTree tree, String content, String classList) throws IOException {
        // The kernel and stage-0 are part of what runs, so they are part of the id that the agent reports; and
        // the class list is what the AOT cache is made from.
        var buildId = Digest.of(content
                + parts.kernelPackage().sha256()
                + Digest.of(parts.init())
                + classList
                + request.platform()
                + epoch);
        var wanted = request.version();
        var version =
                wanted != null ? wanted : DAY.format(Instant.ofEpochSecond(epoch)) + "-" + buildId.substring(0, 8);
        var name = request.platform() + "-" + version;
        tree.label(name, version, buildId, request.platform());
        return new Label(buildId, name, version);
    }

    /** The class list of this very tree: locked, or recorded before, or recorded now. */
    private Path classList(AotCache aot, String trainedFor) throws IOException {
        var known = work.classList(trainedFor);
        if (request.locked()) {
            var lock = ImageLock.read(request.lockFile(), request.platform());
            var locked = ImageLock.classListOf(request.lockFile());
            if (lock.trainedFor().equals(trainedFor) && Files.exists(locked)) {
                if (!Digest.of(locked).equals(lock.classListSha256())) {
                    throw new ImageException(locked + " was changed after " + request.lockFile() + " was written");
                }
                return locked;
            }
        }
        if (!Files.exists(known)) {
            steps.run(
                    "training",
                    () -> {
                        var recorded = work.temporary("classes");
                        aot.train(recorded);
                        Files.createDirectories(known.getParent());
                        return Files.move(recorded, known, StandardCopyOption.ATOMIC_MOVE);
                    },
                    list -> "class list of " + size(list));
        }
        return known;
    }

    private Path dump(AotCache aot, RootTree tree, Path classList) throws IOException {
        var cache = aot.dump(classList);
        Trees.normalise(tree.root(), epoch);
        return cache;
    }

    private void check(AotCache aot) {
        steps.run(
                "check",
                () -> {
                    aot.check();
                    return "";
                },
                done -> "the agent starts out of its cache");
    }

    private BuiltImage finish(Label label, VerityTree verity, Path image) throws IOException {
        var directory = work.temporary("out");
        Files.createDirectories(directory);
        var out = new ImageDirectory(directory);
        var modules = new KernelModules(parts.kernelTree());
        var platform = request.platform();
        Files.copy(parts.kernel(), out.file(Role.KERNEL));
        RootImage.wrap(image, out.file(Role.ROOT), epoch);
        Files.delete(image);
        Initramfs.write(
                new Initramfs.Content(
                        parts.init(),
                        modules.select(Platform.ROOT_MODULES, platform.optionalModules()),
                        List.of(parts.kernelTree(), parts.packageTree()),
                        verity,
                        label.name(),
                        Pem.ofCertificates(Pem.readCertificates(request.siteCertificates())),
                        Pem.ofCertificates(List.of(request.releaseKey().certificate()))),
                out.file(Role.INITRAMFS),
                epoch);
        var manifest = manifest(label, verity, modules.release(), out);
        Files.write(directory.resolve(ImageDirectory.MANIFEST), manifest.bytes());
        Files.write(
                directory.resolve(ImageDirectory.SIGNATURE),
                ManifestSignature.sign(manifest.bytes(), request.releaseKey()));
        return new BuiltImage(directory, new ImageVerifier(request.releaseKey().certificate()).verify(directory));
    }

    private ImageManifest manifest(Label label, VerityTree verity, String release, ImageDirectory out)
            throws IOException {
        var files = new ArrayList<ImageManifest.File>();
        for (var role : Role.values()) {
            var file = out.file(role);
            files.add(new ImageManifest.File(role.role(), Digest.of(file), Files.size(file)));
        }
        return new ImageManifest(
                ImageManifest.FORMAT,
                label.name(),
                label.version(),
                label.buildId(),
                request.platform().toString(),
                "amd64",
                release,
                verity.rootHash(),
                request.platform().commandLine(),
                Instant.ofEpochSecond(epoch),
                files,
                contents());
    }

    private List<ImageManifest.Component> contents() throws IOException {
        var contents = new ArrayList<ImageManifest.Component>();
        for (var deb : parts.packages()) {
            contents.add(new ImageManifest.Component("deb", deb.name(), deb.version(), deb.sha256()));
        }
        for (var jar : parts.agent().jars()) {
            contents.add(JarName.of(jar.getFileName().toString()).component(Digest.of(jar)));
        }
        contents.add(new ImageManifest.Component("jdk", "jdk", RuntimeImage.version(), ""));
        contents.add(new ImageManifest.Component(
                "source", "stage0.c", "", Digest.of(parts.agent().stage0())));
        return contents;
    }

    private void writeLock(String trainedFor, Path classList) throws IOException {
        if (request.locked()) {
            return;
        }
        var lock = request.lockFile();
        new ImageLock(
                        ImageLock.FORMAT,
                        request.platform().toString(),
                        parts.suite(),
                        parts.packages(),
                        BuildTools.versions(work.logs()),
                        trainedFor,
                        Digest.of(classList))
                .write(lock);
        Files.copy(classList, ImageLock.classListOf(lock), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Replaces the image that was in the output directory; at no moment is half an image there. */
    private BuiltImage publish(BuiltImage built) throws IOException {
        var output = request.output().toAbsolutePath();
        Files.createDirectories(output.getParent());
        var fresh = output.resolveSibling(output.getFileName() + ".new");
        Trees.delete(fresh);
        Trees.copy(built.directory(), fresh);
        if (Files.exists(output) && !Files.exists(output.resolve(ImageDirectory.MANIFEST))) {
            throw new ImageException(output + " exists and is not an image; name another directory with --to");
        }
        Trees.delete(output);
        Files.move(fresh, output, StandardCopyOption.ATOMIC_MOVE);
        return new BuiltImage(output, built.manifest());
    }

    private static String size(Path file) {
        try {
            return String.format(Locale.ROOT, "%.1f MB", Files.size(file) / 1e6);
        } catch (IOException unreadable) {
            return "?";
        }
    }
}
