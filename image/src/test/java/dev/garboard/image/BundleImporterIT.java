package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.image.BundleStore.Imported;
import dev.garboard.image.BundleStore.Served;
import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.kubernetes.bundle.BundleManifest.Component;
import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import dev.garboard.kubernetes.bundle.BundleVerifier;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleImporterIT {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static ReleaseKey key;
    private static ReleaseKey newKey;

    @TempDir
    Path directory;

    private SamplePrograms input;
    private BundleStore store;

    @BeforeAll
    static void makeKeys(@TempDir Path scratch) throws IOException {
        key = SampleImage.releaseKey(scratch, "ours");
        newKey = SampleImage.releaseKey(scratch, "renewed");
    }

    @BeforeEach
    void writeInput() throws IOException {
        input = SamplePrograms.write(directory.resolve("input"));
        store = new BundleStore(directory.resolve("bundles"));
    }

    @Test
    void packsEveryProgramWhereTheNodeLooksForIt() throws IOException {
        var manifest = importInput().manifest();

        var unpacked = unpack(manifest);

        assertEquals(
                Arrays.stream(BundleProgram.values())
                        .map(program -> new Component(
                                program.program(),
                                SamplePrograms.version(program),
                                program.path(),
                                sha256(program.isKubernetes() ? "bin/kubernetes" : program.path())))
                        .sorted((a, b) -> a.path().compareTo(b.path()))
                        .toList(),
                manifest.components());
        for (var component : manifest.components()) {
            assertEquals(component.sha256(), Digest.of(unpacked.resolve(component.path())), component::path);
            assertTrue(Files.isExecutable(unpacked.resolve(component.path())), component::path);
        }
        assertEquals(Path.of("kubernetes"), Files.readSymbolicLink(unpacked.resolve("bin/kubelet")));
        assertEquals(
                manifest.rootHash(),
                VerityTree.recompute(image(manifest), 0, manifest.image().size()));
    }

    @Test
    void makesAnImageThatTarAndContainerdUnderstand() throws IOException {
        var unpacked = unpack(importInput().manifest());
        var archive = Files.createDirectory(directory.resolve("oci"));
        tar("--extract", "--file", unpacked.resolve("images/base.tar"), "--directory", archive);

        var index = Json.mapper().readTree(Files.readAllBytes(archive.resolve("index.json")));
        var described = index.path("manifests").path(0);
        var manifest =
                Json.mapper().readTree(blob(archive, described.path("digest").asString()));
        var layer = Files.createDirectory(directory.resolve("layer"));
        var layerFile = directory.resolve("layer.tar");
        Files.write(
                layerFile,
                blob(archive, manifest.path("layers").path(0).path("digest").asString()));
        tar("--extract", "--file", layerFile, "--directory", layer);

        assertEquals(
                "garboard.dev/base:1.37.2",
                described.path("annotations").path("io.containerd.image.name").asString());
        assertArrayEquals(
                Files.readAllBytes(input.directory().resolve("bin/pause")), Files.readAllBytes(layer.resolve("pause")));
        assertEquals(Path.of("usr/lib64"), Files.readSymbolicLink(layer.resolve("lib64")));
        assertTrue(Files.isDirectory(layer.resolve("lib64")), () -> layer + " has no usr/lib64");
    }

    /** The digest that names a blob is checked, as containerd does. */
    private static byte[] blob(Path archive, String digest) throws IOException {
        var name = digest.substring("sha256:".length());
        var content = Files.readAllBytes(archive.resolve("blobs/sha256").resolve(name));
        assertEquals(name, Digest.of(content));
        return content;
    }

    @Test
    void givesTheSameBytesForTheSamePrograms() throws IOException {
        var fromDirectory = importInput();
        var archive = directory.resolve("input.tar.gz");
        tar("--create", "--gzip", "--file", archive, "--directory", directory, "input");
        var other = new BundleStore(directory.resolve("other"));

        var fromArchive = importInto(other, archive);

        assertEquals(fromDirectory, fromArchive);
        assertEquals(fromDirectory, importInput());
    }

    @Test
    void signsAnewWhenTheSiteHasAnotherKey() {
        var before = importInput();

        var after = new BundleImporter(store, newKey).importFrom(input.directory(), "amd64", ImageProgress.silent());

        assertEquals(before.manifest(), after.manifest());
        assertEquals(List.of(after), store.list());
        assertTrue(after.signer().contains("renewed"), after::signer);
    }

    @Test
    void servesWhatWasImportedAndNothingElse() throws IOException {
        var imported = importInput();
        var name = imported.manifest().name();
        Files.writeString(directory.resolve("bundles").resolve(name).resolve("notes.txt"), "not signed");

        var manifest = served(name, "manifest.json").orElseThrow();
        var signature = served(name, "manifest.json.p7s").orElseThrow();
        var image = served(name, imported.manifest().image().sha256()).orElseThrow();

        assertEquals(imported.manifestSha256(), manifest.sha256());
        assertEquals(
                imported.manifest(),
                new BundleVerifier(key.certificate())
                        .manifest(Files.readAllBytes(manifest.path()), Files.readAllBytes(signature.path())));
        BundleVerifier.image(image.path(), imported.manifest());
        for (var other : List.of("signer.crt", "notes.txt", "a".repeat(64), "../" + name + "/manifest.json", "")) {
            assertEquals(Optional.empty(), served(name, other), other);
        }
        assertEquals(Optional.empty(), served("kubernetes-1.37.2-amd64-00000000", "manifest.json"));
        assertEquals(Optional.empty(), served("..", "manifest.json"));
    }

    @Test
    void findsTheBundleOfAVersion() {
        var imported = importInput();

        assertEquals(Optional.of(imported), store.newest("1.37.2", "amd64"));
        assertEquals(Optional.empty(), store.newest("1.36.3", "amd64"));
        assertEquals(Optional.empty(), store.newest("1.37.2", "arm64"));
        assertEquals(Optional.of(imported), store.find(imported.manifest().name()));
    }

    @Test
    void aManifestThatWasChangedInTheStoreIsRefusedByItsPlaceAndHidesNoOther() throws IOException {
        var imported = importInput();
        var place = directory.resolve("bundles").resolve(imported.manifest().name());
        var manifest = place.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("1.37.2", "1.37.3"));

        var refusal = assertThrows(BundleRefusedException.class, () -> store.newest("1.37.2", "amd64"));

        assertTrue(
                refusal.getMessage().startsWith("the bundle in " + place + " is not what was imported: ")
                        && refusal.getMessage().endsWith("; delete that directory and import the bundle again"),
                refusal.getMessage());
        assertEquals(Optional.empty(), store.newest("1.36.3", "amd64"));
    }

    @Test
    void takesProgramsOneByOneFromWhereReleasesHaveThem() throws IOException {
        input.delete("bin/kubernetes").delete("bin/runc");
        for (var program : BundleProgram.values()) {
            if (program.isKubernetes()) {
                input.program(
                        "kubernetes/server/bin/" + program.program(),
                        SamplePrograms.X86_64,
                        program.module(),
                        "v1.36.3");
            }
        }
        input.program("kubernetes/client/bin/kubectl", SamplePrograms.X86_64, "k8s.io/kubernetes", "v1.36.3");
        input.program("runc.amd64", SamplePrograms.X86_64, "github.com/opencontainers/runc", "v1.4.2");
        input.sums();

        var manifest = importInput().manifest();

        assertEquals("1.36.3", manifest.version());
        assertTrue(Files.isRegularFile(unpack(manifest).resolve("bin/kube-scheduler")), manifest::name);
    }

    /** Release builds of Kubernetes have no version in their build information. */
    @Test
    void asksAProgramThatCarriesNoVersion() throws IOException {
        input.file("bin/etcd", "#!/bin/sh\necho etcd Version: 3.6.16".getBytes(StandardCharsets.US_ASCII))
                .sums();

        var noProgram = refusal();
        var said = new ProgramInspection("amd64", directory)
                .version(BundleProgram.RUNC, Path.of("/usr/bin/bash"), "bash", "bin/runc");

        assertEquals(Reason.NOT_THE_PROGRAM, noProgram.reason());
        assertTrue(said.matches("\\d+\\.\\d+\\.\\d+"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bin/etcd", "bin/kubernetes", "cni/portmap"})
    void refusesATamperedFile(String path) throws IOException {
        var content = Files.readAllBytes(input.directory().resolve(path));
        content[content.length - 1] ^= 1;
        input.file(path, content);

        var refusal = refusal();

        assertEquals(Reason.WRONG_DIGEST, refusal.reason());
        assertTrue(refusal.getMessage().startsWith(path + " was changed: SHA-256 "), refusal.getMessage());
    }

    @Test
    void refusesAFileWithoutAChecksum() throws IOException {
        var sums = input.directory().resolve(BundleInput.CHECKSUMS);
        Files.write(
                sums,
                Files.readAllLines(sums).stream()
                        .filter(line -> !line.endsWith("bin/runc"))
                        .toList());

        var refusal = refusal();

        assertEquals(Reason.WRONG_DIGEST, refusal.reason());
        assertEquals(
                "bin/runc is not in SHA256SUMS; compare it with its publisher's checksum and add it, or take it away",
                refusal.getMessage());
    }

    @Test
    void refusesInputWithoutChecksums() throws IOException {
        input.delete(BundleInput.CHECKSUMS);

        assertEquals(Reason.NO_CHECKSUMS, refusal().reason());
    }

    @Test
    void refusesChecksumsThatAreNone() throws IOException {
        input.file(BundleInput.CHECKSUMS, "all good\n".getBytes(StandardCharsets.US_ASCII));

        var refusal = refusal();

        assertEquals(Reason.NO_CHECKSUMS, refusal.reason());
        assertTrue(refusal.getMessage().contains("line 1 is \"all good\""), refusal.getMessage());
    }

    @Test
    void namesEveryMissingProgramAtOnce() throws IOException {
        input.delete("bin/etcd").delete("cni/loopback").delete("bin/kubernetes");

        var refusal = refusal();

        assertEquals(Reason.MISSING_COMPONENT, refusal.reason());
        assertTrue(
                refusal.getMessage()
                        .startsWith(
                                "the input lacks kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy,"
                                        + " kubelet, kubectl, etcd, loopback; found bridge, containerd,"),
                refusal.getMessage());
    }

    @Test
    void refusesTwoDifferentFilesForOneProgram() throws IOException {
        input.program("old/etcd", SamplePrograms.X86_64, "go.etcd.io/etcd/server/v3", "v3.6.15")
                .sums();

        var refusal = refusal();

        assertEquals(Reason.AMBIGUOUS_COMPONENT, refusal.reason());
        assertTrue(refusal.getMessage().startsWith("both bin/etcd and old/etcd could be etcd"), refusal.getMessage());
    }

    @Test
    void refusesAnotherArchitecture() throws IOException {
        input.program("bin/etcd", SamplePrograms.AARCH64, "go.etcd.io/etcd/server/v3", "v3.6.16")
                .sums();

        var refusal = refusal();

        assertEquals(Reason.WRONG_ARCHITECTURE, refusal.reason());
        assertTrue(refusal.getMessage().startsWith("bin/etcd is for arm64, expected amd64;"), refusal.getMessage());
    }

    @Test
    void refusesAnotherProgramUnderTheName() throws IOException {
        input.program("bin/etcd", SamplePrograms.X86_64, "example.test/miner", "v3.6.16")
                .sums();

        var refusal = refusal();

        assertEquals(Reason.NOT_THE_PROGRAM, refusal.reason());
        assertEquals(
                "bin/etcd is not etcd: it was compiled without the Go module go.etcd.io/etcd/server",
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 63, 64, 90, 150})
    void refusesAProgramThatIsCutShort(int length) throws IOException {
        var whole = Files.readAllBytes(input.directory().resolve("bin/etcd"));
        input.file("bin/etcd", Arrays.copyOf(whole, length)).sums();

        assertEquals(Reason.NOT_THE_PROGRAM, refusal().reason());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bin/kubernetes|k8s.io/kubernetes|v1.20.2|Kubernetes 1.20.2 is not supported; this Garboard knows 1.36 and 1.37",
                "bin/etcd|go.etcd.io/etcd/server/v3|v3.5.12|etcd is 3.5.12; Kubernetes 1.37.2 needs 3.5.13 or newer",
                "bin/etcdutl|go.etcd.io/etcd/etcdutl/v3|v3.6.15|etcd is 3.6.16 and etcdutl is 3.6.15; take both from the same release",
                "bin/containerd|github.com/containerd/containerd|v1.7.30|containerd is 1.7.30; Kubernetes 1.37.2 needs 2.0.0 or newer",
                "bin/ctr|github.com/containerd/containerd/v2|v2.3.6|containerd is 2.3.7 and ctr is 2.3.6; take both from the same release",
                "bin/kubelet|k8s.io/kubernetes|v1.37.1|the components are of different versions of Kubernetes: kubelet 1.37.1; "
                        + "kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubectl 1.37.2; expected one release for all of them"
            })
    void refusesVersionsThatDoNotGoTogether(String path, String module, String version, String message)
            throws IOException {
        input.program(path, SamplePrograms.X86_64, module, version).sums();

        var refusal = refusal();

        assertEquals(Reason.UNSUPPORTED_VERSION, refusal.reason());
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void refusesAnUnreleasedBuild() throws IOException {
        input.program(
                        "bin/etcd",
                        SamplePrograms.X86_64,
                        "go.etcd.io/etcd/server/v3",
                        "v3.6.17-0.20261101000000-0123456789ab")
                .sums();

        assertEquals(Reason.VERSION_UNKNOWN, refusal().reason());
    }

    @Test
    void refusesAnArchiveThatIsCutShort() throws IOException {
        var archive = directory.resolve("input.tar.gz");
        tar("--create", "--gzip", "--file", archive, "--directory", directory, "input");
        var whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));

        var refusal = assertThrows(BundleRefusedException.class, () -> importInto(store, archive));

        assertEquals(Reason.ARCHIVE_UNREADABLE, refusal.reason());
        assertEquals(List.of(), store.list());
    }

    private Imported importInput() {
        return importInto(store, input.directory());
    }

    private static Imported importInto(BundleStore into, Path from) {
        return new BundleImporter(into, key).importFrom(from, "amd64", ImageProgress.silent());
    }

    /** A refused import leaves the store as it was. */
    private BundleRefusedException refusal() throws IOException {
        var refusal = assertThrows(BundleRefusedException.class, this::importInput);
        try (var left = Files.list(directory.resolve("bundles"))) {
            assertEquals(
                    List.of("incoming.lock"),
                    left.map(file -> file.getFileName().toString()).toList());
        }
        return refusal;
    }

    private String sha256(String path) {
        try {
            return Digest.of(input.directory().resolve(path));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private Optional<Served> served(String name, String file) {
        return store.file(name, file);
    }

    private Path image(BundleManifest manifest) {
        return served(manifest.name(), manifest.image().sha256()).orElseThrow().path();
    }

    private Path unpack(BundleManifest manifest) throws IOException {
        var target = directory.resolve("unpacked");
        run(HostTools.path("fsck.erofs"), "--extract=" + target, image(manifest));
        return target;
    }

    private void tar(Object... words) throws IOException {
        var all = new Object[words.length + 1];
        all[0] = HostTools.path("tar");
        System.arraycopy(words, 0, all, 1, words.length);
        run(all);
    }

    private void run(Object... words) throws IOException {
        HostCommand.of(
                        directory.resolve("tool.log"),
                        LIMIT,
                        Arrays.stream(words).map(Object::toString).toArray(String[]::new))
                .run();
    }
}
