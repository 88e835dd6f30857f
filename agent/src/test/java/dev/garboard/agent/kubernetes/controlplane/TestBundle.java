package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.testing.Requirements;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Kubernetes under test, as {@code lab-vm-tests/kubernetes/build} leaves it outside of the clone. */
public final class TestBundle {

    private TestBundle() {}

    /**
     * Skips the test where it was not built. In strict mode it is built, or waited for if somebody builds it, as {@code script/test} does
     * beside the tests and says by {@code GARBOARD_KUBERNETES=build}.
     */
    public static Path require(String version) throws IOException, InterruptedException {
        var script =
                Path.of("../lab-vm-tests/kubernetes/build").toAbsolutePath().normalize();
        var command = new ArrayList<>(List.of(script.toString()));
        if (!Requirements.strict() && !"build".equals(System.getenv("GARBOARD_KUBERNETES"))) {
            command.add("--cached");
        }
        command.add(version);
        var build = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        var printed = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Requirements.require(
                build.waitFor() == 0, "Kubernetes " + version + " is not built: run " + script + " " + version);
        return Path.of(printed.strip());
    }
}
