package dev.garboard.image;

import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.trust.DetachedSignature;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Makes a signed bundle out of released programs and takes it into a site's store. The same programs give the same bundle, byte
 * for byte, as long as {@code mkfs.erofs} is the same.
 */
public final class BundleImporter {

    /** The time of every file; a clock would make each import another bundle. */
    private static final long EPOCH = 0;

    private final BundleStore store;
    private final ReleaseKey key;

    /**
     * Makes an importer.
     *
     * @param key signs the bundle; node images signed with the same key accept it
     */
    public BundleImporter(BundleStore store, ReleaseKey key) {
        this.store = store;
        this.key = key;
    }

    /**
     * Checks everything, packs, signs and stores. Importing the same input again changes nothing.
     *
     * @param input a directory or tar archive with the programs anywhere below it and a file {@code SHA256SUMS} at its top
     * @param architecture that the programs must be for, as Debian and Go name it
     * @param progress hears the steps
     * @throws dev.garboard.kubernetes.bundle.BundleRefusedException when something is wrong with the input; the store is then as it was
     */
    public BundleStore.Imported importFrom(Path input, String architecture, ImageProgress progress) {
        if (!Files.exists(input)) {
            throw new ImageException("there is no " + input + "; expected a directory or a tar archive");
        }
        try (var incoming = store.incoming()) {
            return importInto(incoming, input, architecture, new Steps(progress));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot import " + input + ": " + failed.getMessage(), failed);
        }
    }

    private BundleStore.Imported importInto(BundleStore.Incoming incoming, Path input, String architecture, Steps steps)
            throws IOException {
        var scratch = incoming.scratch();
        var tree = new BundleTree(scratch.resolve("tree"), new ProgramInspection(architecture, scratch));
        steps.run(
                "check",
                () -> {
                    tree.fill(BundleInput.open(input, scratch).programs(architecture));
                    return tree.components().size();
                },
                count -> count + " programs");
        var version = BundleVersions.check(tree.versions()).toString();
        var pause = Files.readAllBytes(scratch.resolve("tree").resolve(BundleProgram.PAUSE.path()));
        tree.write("images/base.tar", BaseImage.archive(pause, architecture, version));
        tree.write(
                "manifest",
                Json.bytes(Map.of("version", version, "architecture", architecture, "components", tree.components())));
        tree.normalise();
        var image = scratch.resolve("image.erofs");
        var verity = steps.run(
                "pack",
                () -> RootImage.pack(
                        scratch.resolve("tree"),
                        image,
                        Trees.digest(scratch.resolve("tree")),
                        EPOCH,
                        scratch.resolve("mkfs.log")),
                made -> "root hash " + made.rootHash().substring(0, 12));
        return steps.run(
                "sign and store",
                () -> {
                    var sha256 = Digest.of(image);
                    var manifest = new BundleManifest(
                            BundleManifest.FORMAT,
                            BundleManifest.KIND,
                            BundleManifest.nameOf(version, architecture, sha256),
                            version,
                            architecture,
                            verity.rootHash(),
                            verity.offset(),
                            new BundleManifest.File(sha256, Files.size(image)),
                            tree.components());
                    var bytes = manifest.bytes();
                    return incoming.take(bytes, DetachedSignature.sign(bytes, key), key.certificate(), image);
                },
                imported -> imported.manifest().name());
    }
}
