package dev.garboard.e2e;

import dev.garboard.e2e.Program.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The example client in agent-api/examples/python, in a virtual environment of its own. */
record PythonClient(Path python) {

    private static final Duration TO_INSTALL = Duration.ofMinutes(5);
    private static final Duration TO_RUN = Duration.ofMinutes(2);

    static PythonClient install(LabFixture lab) {
        var environment = lab.directory().resolveSibling("python");
        var python = environment.resolve("bin/python");
        if (!Files.exists(environment.resolve("complete"))) {
            var system = Requirements.program("python3", "python3").toString();
            var made = run(TO_INSTALL, system, "-m", "venv", "--clear", environment.toString());
            Requirements.require(
                    made.exitCode() == 0, "no virtual environment can be made: apt-get install python3-venv\n" + made);
            var installed = run(
                    TO_INSTALL,
                    python.toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "grpcio",
                    "grpcio-tools");
            Requirements.require(installed.exitCode() == 0, "pip cannot install grpcio\n" + installed);
            run(TO_RUN, "touch", environment.resolve("complete").toString()).succeeded();
        }
        return new PythonClient(python);
    }

    /** Asks through the boot server, inside the lab's network. */
    Output run(LabFixture lab, String machine, String name) {
        return lab.inside(
                python.toString(),
                LabFixture.root()
                        .resolve("agent-api/examples/python/machine.py")
                        .toString(),
                "--address",
                "192.168.77.1:7443",
                "--machine",
                machine,
                "--pki",
                lab.pki().toString(),
                name);
    }

    private static Output run(Duration limit, String... command) {
        return Program.run(List.of(command), LabFixture.root(), Map.of(), limit);
    }
}
