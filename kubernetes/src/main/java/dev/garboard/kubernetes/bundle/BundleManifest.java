package dev.garboard.kubernetes.bundle;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a bundle is. Its JSON has one form only, and the signature is over those bytes.
 *
 * @param kind always {@value #KIND}
 * @param name version, architecture and the start of the image's digest: {@code kubernetes-1.37.2-amd64-0123abcd}
 * @param version of Kubernetes, for example {@code 1.37.2}
 * @param architecture Debian's and Go's name, for example {@code amd64}
 * @param rootHash dm-verity root hash of the image, 64 hex digits
 * @param verityOffset where the hash tree starts in the image: the length of the file system
 * @param image the file: an EROFS file system with its hash tree behind it
 * @param components the programs, sorted by path
 */
public record BundleManifest(
        int formatVersion,
        String kind,
        String name,
        String version,
        String architecture,
        String rootHash,
        long verityOffset,
        File image,
        List<Component> components) {

    public static final int FORMAT = 1;
    public static final String KIND = "KubernetesBundle";

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern ARCHITECTURE = Pattern.compile("[a-z0-9]{1,16}");
    private static final int BLOCK = 4096;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public BundleManifest {
        components = List.copyOf(components);
        KubernetesVersion.parse(version);
        require(KIND.equals(kind), "kind is \"" + kind + "\", expected " + KIND);
        require(ARCHITECTURE.matcher(architecture).matches(), "architecture is \"" + architecture + "\"");
        require(DIGEST.matcher(rootHash).matches(), "rootHash is not 64 hex digits");
        require(
                verityOffset > 0 && verityOffset % BLOCK == 0 && verityOffset < image.size(),
                "verityOffset is " + verityOffset + ", expected whole blocks of " + BLOCK
                        + " bytes, less than the image's " + image.size());
        var expected = nameOf(version, architecture, image.sha256());
        require(expected.equals(name), "name is \"" + name + "\", expected " + expected);
    }

    /** The file of the bundle, named by its content. */
    public record File(String sha256, long size) {

        public File {
            require(DIGEST.matcher(sha256).matches(), "image.sha256 is not 64 hex digits");
            require(size > 0, "image.size is " + size);
        }
    }

    /**
     * One program.
     *
     * @param name as it is called, for example {@code kubelet}
     * @param path in the image, without a leading slash, for example {@code bin/kubelet}
     * @param sha256 of the file it came in
     */
    public record Component(String name, String version, String path, String sha256) {

        public Component {
            require(DIGEST.matcher(sha256).matches(), "sha256 of " + name + " is not 64 hex digits");
        }
    }

    /** The name of the bundle with this content. */
    public static String nameOf(String version, String architecture, String sha256) {
        return "kubernetes-" + version + "-" + architecture + "-" + sha256.substring(0, 8);
    }

    /** The version of Kubernetes, parsed. */
    public KubernetesVersion kubernetes() {
        return KubernetesVersion.parse(version);
    }

    /** A program by its name. */
    public Optional<Component> component(String program) {
        return components.stream()
                .filter(component -> component.name().equals(program))
                .findFirst();
    }

    /** The bytes that are signed: keys sorted, two spaces, line feeds. */
    public byte[] bytes() {
        var out = new ByteArrayOutputStream();
        var indent = new DefaultIndenter("  ", "\n");
        var printer = new DefaultPrettyPrinter().withObjectIndenter(indent).withArrayIndenter(indent);
        JSON.writer().with(printer).writeValue(out, this);
        out.write('\n');
        return out.toByteArray();
    }

    /**
     * Reads a manifest; to be done only after its signature was checked ({@link BundleVerifier}).
     *
     * @throws BundleRefusedException when it is none
     */
    public static BundleManifest parse(byte[] manifest) {
        try {
            var format = JSON.readTree(manifest).path("formatVersion");
            if (format.isInt() && format.asInt() != FORMAT) {
                throw new BundleRefusedException(
                        Reason.UNSUPPORTED_FORMAT,
                        "the bundle's manifest has format " + format.asInt() + ", this version of Garboard knows "
                                + FORMAT + "; use a newer Garboard");
            }
            return JSON.readValue(manifest, BundleManifest.class);
        } catch (JacksonException malformed) {
            throw new BundleRefusedException(
                    Reason.MANIFEST_UNREADABLE,
                    "this is no manifest of a Kubernetes bundle: " + malformed.getOriginalMessage(),
                    malformed);
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
