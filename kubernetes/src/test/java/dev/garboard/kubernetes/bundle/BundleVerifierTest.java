package dev.garboard.kubernetes.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import dev.garboard.trust.DetachedSignature;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleVerifierTest {

    /** SHA-256 of 8192 zero bytes. */
    private static final String CONTENT = "9f1dcbc35c350d6027f98be0f5c8b43b42ca52b7604459c0c42be3aa88913d47";

    private static final BundleManifest manifest = new BundleManifest(
            BundleManifest.FORMAT,
            BundleManifest.KIND,
            "kubernetes-1.37.2-amd64-9f1dcbc3",
            "1.37.2",
            "amd64",
            "a".repeat(64),
            4096,
            new BundleManifest.File(CONTENT, 8192),
            List.of(new BundleManifest.Component("kubelet", "1.37.2", "bin/kubelet", "c".repeat(64))));

    private static ReleaseKey ours;
    private static ReleaseKey theirs;

    @BeforeAll
    static void makeKeys(@TempDir Path scratch) throws IOException {
        ours = key(scratch, "ours");
        theirs = key(scratch, "theirs");
    }

    private static ReleaseKey key(Path scratch, String site) throws IOException {
        return ReleaseKey.create(
                Files.createDirectory(scratch.resolve(site)),
                site,
                InstantSource.fixed(Instant.parse("2026-11-01T00:00:00Z")));
    }

    @Test
    void readsWhatWasSigned() {
        var signature = DetachedSignature.sign(manifest.bytes(), ours);

        assertEquals(manifest, new BundleVerifier(ours.certificate()).manifest(manifest.bytes(), signature));
        assertArrayEquals(signature, DetachedSignature.sign(manifest.bytes(), ours));
    }

    @Test
    void refusesAnotherSignersBundleAndNamesBoth() {
        var signature = DetachedSignature.sign(manifest.bytes(), theirs);

        var refusal = refusal(manifest.bytes(), signature);

        assertEquals(Reason.WRONG_KEY, refusal.reason());
        assertTrue(
                refusal.getMessage()
                        .matches("the Kubernetes bundle is signed by CN=Garboard release key of theirs.*,"
                                + " trusted is CN=Garboard release key of ours.*"),
                refusal.getMessage());
    }

    @Test
    void refusesAManifestThatWasChangedAfterSigning() {
        var signature = DetachedSignature.sign(manifest.bytes(), ours);
        var changed = new String(manifest.bytes(), StandardCharsets.US_ASCII).replace("c".repeat(64), "d".repeat(64));

        assertEquals(
                Reason.MANIFEST_CHANGED,
                refusal(changed.getBytes(StandardCharsets.US_ASCII), signature).reason());
    }

    @Test
    void refusesASignatureThatIsNone() {
        assertEquals(
                Reason.SIGNATURE_UNREADABLE,
                refusal(manifest.bytes(), "trust me".getBytes(StandardCharsets.US_ASCII))
                        .reason());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"formatVersion\": 2}|UNSUPPORTED_FORMAT",
                "{\"formatVersion\": 1, \"surprise\": true}|MANIFEST_UNREADABLE",
                "[]|MANIFEST_UNREADABLE",
                "{|MANIFEST_UNREADABLE"
            })
    void refusesASignedFileThatIsNoManifest(String content, Reason reason) {
        var bytes = content.getBytes(StandardCharsets.US_ASCII);

        assertEquals(reason, refusal(bytes, DetachedSignature.sign(bytes, ours)).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "kubernetes-1.37.2-amd64-9f1dcbc3, kubernetes-1.37.2-amd64-00000000",
        "1.37.2, 1.20.2",
        "KubernetesBundle, Image",
        "4096, 4095"
    })
    void refusesAManifestThatContradictsItself(String part, String wrong) {
        var text = new String(manifest.bytes(), StandardCharsets.US_ASCII).replace(part, wrong);

        var refusal = assertThrows(
                BundleRefusedException.class, () -> BundleManifest.parse(text.getBytes(StandardCharsets.US_ASCII)));

        assertEquals(Reason.MANIFEST_UNREADABLE, refusal.reason());
    }

    @Test
    void checksSizeAndContentOfTheImage(@TempDir Path directory) throws IOException {
        var whole = Files.write(directory.resolve("whole"), new byte[8192]);
        var cut = Files.write(directory.resolve("cut"), new byte[8000]);
        var other = new byte[8192];
        other[5000] = 1;
        var changed = Files.write(directory.resolve("changed"), other);

        assertDoesNotThrow(() -> BundleVerifier.image(whole, manifest));
        var tooShort = assertThrows(BundleRefusedException.class, () -> BundleVerifier.image(cut, manifest));
        var tampered = assertThrows(BundleRefusedException.class, () -> BundleVerifier.image(changed, manifest));

        assertEquals(
                "the image of kubernetes-1.37.2-amd64-9f1dcbc3 has 8000 bytes, expected 8192;"
                        + " the download was cut short, fetch it again",
                tooShort.getMessage());
        assertEquals(Reason.WRONG_DIGEST, tampered.reason());
    }

    private static BundleRefusedException refusal(byte[] content, byte[] signature) {
        return assertThrows(
                BundleRefusedException.class,
                () -> new BundleVerifier(ours.certificate()).manifest(content, signature));
    }
}
