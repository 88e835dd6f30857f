package dev.garboard.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Real Kubernetes, compiled by {@code lab-vm-tests/kubernetes/build} and kept outside the clone. */
final class KubernetesBuild {

    /** An hour and more on a busy host with two cores and empty caches. */
    private static final Duration COMPILATION = Duration.ofHours(2);

    private KubernetesBuild() {}

    /**
     * The directory that {@code garboard kubernetes import} takes. In strict mode it is built if it is absent, or waited for if somebody builds
     * it, as {@code script/test} does beside the tests and says by {@code GARBOARD_KUBERNETES=build}.
     */
    static Path input(String version) {
        var script = LabFixture.root().resolve("lab-vm-tests/kubernetes/build").toString();
        var command = new ArrayList<>(List.of(script));
        if (!Requirements.strict() && !"build".equals(System.getenv("GARBOARD_KUBERNETES"))) {
            command.add("--cached");
        }
        command.add(version);
        var built = Program.run(command, LabFixture.root(), Map.of(), COMPILATION);
        Requirements.require(
                built.exitCode() == 0,
                "Kubernetes " + version + " is not built: run " + script + " " + version + "\n" + built);
        return Path.of(built.out().strip());
    }
}
