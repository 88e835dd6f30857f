package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The Kubernetes that the lab's clusters run: the bundle of the site, or one that is compiled and imported now. */
record LabBundle(LabSite site) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** What the lab can compile; a bundle of another version has to be named. */
    private static final List<String> PINNED = List.of("1.37.2", "1.36.3");

    /**
     * Sees to it that the site has a bundle.
     *
     * @param wanted a version, or only its minor version
     * @param directory what to import; null to compile it
     * @return the version of the bundle
     */
    String provide(String wanted, @Nullable Path directory) throws IOException {
        var there = directory == null ? imported(wanted) : Optional.<String>empty();
        if (there.isPresent()) {
            return there.get();
        }
        var source = directory == null ? compile(pinned(wanted)) : directory;
        site.run(
                "bundle",
                site.distribution()
                        .command(
                                "kubernetes",
                                "import",
                                "--site",
                                site.directory().site().toString(),
                                source.toString()),
                true);
        return imported(wanted)
                .orElseThrow(() ->
                        new LabException("the Kubernetes in " + source + " is of another version than " + wanted));
    }

    private Optional<String> imported(String wanted) throws IOException {
        var lines = site.run(
                "bundle",
                site.distribution()
                        .command(
                                "kubernetes",
                                "list",
                                "--output",
                                "json",
                                "--site",
                                site.directory().site().toString()),
                false);
        return lines.stream()
                .filter(line -> line.startsWith("{"))
                .map(MAPPER::readTree)
                .map(bundle -> bundle.path("version").asString(""))
                .filter(version -> matches(version, wanted))
                .findFirst();
    }

    private static String pinned(String wanted) {
        return PINNED.stream()
                .filter(version -> matches(version, wanted))
                .findFirst()
                .orElseThrow(() -> new LabException("the lab compiles Kubernetes " + String.join(" and ", PINNED)
                        + ", not " + wanted + "; name the directory of another one with --bundle"));
    }

    private static boolean matches(String version, String wanted) {
        return version.equals(wanted) || version.startsWith(wanted + ".");
    }

    /** The script prints the directory as its last line. */
    private Path compile(String version) throws IOException {
        var script = cloneRoot().resolve("lab-vm-tests/kubernetes/build");
        if (!Files.isExecutable(script)) {
            throw new LabException("Kubernetes can be compiled in a clone of Garboard only (there is no " + script
                    + "); name the directory of one with --bundle");
        }
        return Path.of(
                site.run("bundle", List.of(script.toString(), version), true).getLast());
    }

    /** The launcher's home is {@code cli/target/garboard} in a clone. */
    private Path cloneRoot() {
        return site.distribution().home().resolve("../../..").normalize();
    }
}
