package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.testing.Namespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenIT {

    @TempDir
    private Path directory;

    @BeforeAll
    static void namespacesAreAllowed() throws Exception {
        Namespaces.require();
    }

    @Test
    void pid1GivesEveryExitStatusToItsOwnerAndLeavesNoZombie() throws Exception {
        var lines = Namespaces.run(
                directory, List.of("-Urpf", "--mount-proc"), "exec java_main dev.garboard.agent.linux.ChildrenProbe");
        assertEquals(
                List.of(
                        "init true",
                        "exit codes true",
                        "signal 15",
                        "nothing blocked: exit code 0",
                        "processes left 1",
                        "refused, errno 2"),
                lines);
    }
}
