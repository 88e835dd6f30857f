package dev.garboard.agent.kubernetes.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.controlplane.TestBundle;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.ContainerLogsRequest;
import dev.garboard.testing.Namespaces;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real containerd without a cluster: it has no pods, but it answers, refuses and goes away as on a node. */
@Timeout(120)
class ContainerdIT {

    @TempDir
    private Path directory;

    private final ServiceTable services = new ServiceTable();
    private Process containerd;
    private ContainerCalls calls;

    @BeforeEach
    void start() throws Exception {
        Namespaces.require();
        var program = TestBundle.require("1.37.2").resolve("bin/containerd");
        var config = directory.resolve("config.toml");
        Files.writeString(config, """
                version = 3
                root = "%1$s/root"
                state = "%1$s/state"
                disabled_plugins = ["io.containerd.nri.v1.nri"]
                [grpc]
                  address = "%1$s/containerd.sock"
                [plugins.'io.containerd.internal.v1.opt']
                  path = "%1$s/opt"
                [plugins.'io.containerd.cri.v1.runtime'.cni]
                  conf_dir = "%1$s/cni"
                """.formatted(directory));
        containerd = new ProcessBuilder(
                        "unshare", "-Urmpf", "--mount-proc", program.toString(), "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log())
                .start();
        calls = new ContainerCalls(directory.resolve("containerd.sock"), services);
        services.add("containerd", "").running();
    }

    private File log() {
        return directory.resolve("log").toFile();
    }

    @AfterEach
    void stop() throws Exception {
        if (containerd != null) {
            end();
        }
    }

    private void end() throws InterruptedException {
        var all = containerd.descendants().toList();
        containerd.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        assertTrue(containerd.waitFor(30, TimeUnit.SECONDS));
    }

    /** It makes its socket before it serves it. */
    private void awaitAnswer() throws Exception {
        while (true) {
            try {
                calls.images();
                return;
            } catch (StatusRuntimeException notYet) {
                assertTrue(containerd.isAlive(), () -> "containerd ended; see " + log());
                Thread.sleep(100);
            }
        }
    }

    @Test
    void answersOverItsSocketAndSaysWhenItIsGone() throws Exception {
        awaitAnswer();

        assertEquals(List.of(), calls.images().getImagesList());
        assertEquals(List.of(), calls.containers().getContainersList());
        var missing = refusal();
        assertEquals("NOT_FOUND: there is no container \"web\"; there are none on this node", missing.getMessage());

        end();
        services.find("containerd").orElseThrow().failed("containerd ended with signal 9");
        var gone = refusal();
        assertEquals(Status.Code.FAILED_PRECONDITION, gone.getStatus().getCode());
        var said = String.valueOf(gone.getMessage());
        assertTrue(said.contains("containerd does not answer on " + directory + "/containerd.sock: UNAVAILABLE"), said);
        assertTrue(said.contains("; it is failed: containerd ended with signal 9; `garboard node"), said);
    }

    private StatusRuntimeException refusal() {
        var request = ContainerLogsRequest.newBuilder().setContainer("web").build();
        return assertThrows(StatusRuntimeException.class, () -> calls.logs(request, _ -> true, () -> true));
    }
}
