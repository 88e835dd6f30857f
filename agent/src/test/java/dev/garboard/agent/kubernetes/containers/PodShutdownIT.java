package dev.garboard.agent.kubernetes.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.kubernetes.containers.PodShutdown.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes in place of containers: some end in order when they are asked to, some do not care. */
@Timeout(60)
class PodShutdownIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private final Processes processes = new Processes();

    /** What containerd does with a container, done with a process. */
    private final class Processes implements PodShutdown.ContainerRuntime {

        private final Map<Running, Process> all = new LinkedHashMap<>();
        private final CountDownLatch hang = new CountDownLatch(1);

        Process start(String name, boolean system, Duration grace, String onTerm) {
            try {
                var ready = directory.resolve(name + ".ready");
                var process = new ProcessBuilder(
                                "sh",
                                "-c",
                                "trap '" + onTerm + "' TERM; echo > " + ready + "; while :; do sleep 0.05; done")
                        .inheritIO()
                        .start();
                while (!Files.exists(ready)) {
                    Thread.sleep(5);
                }
                all.put(new Running(name, "ns/" + name + "/main", system, grace), process);
                return process;
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }

        @Override
        public List<Running> running() {
            return List.copyOf(all.keySet());
        }

        @Override
        public void stop(String id, Duration grace) {
            try {
                if (id.startsWith("hangs")) {
                    hang.await();
                }
                var process = all.entrySet().stream()
                        .filter(each -> each.getKey().id().equals(id))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
                process.destroy();
                if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @AfterEach
    void killAll() {
        processes.hang.countDown();
        processes.all.values().forEach(Process::destroyForcibly);
    }

    private String farewell(String name) {
        return "sleep 0.3; echo bye > " + directory.resolve(name) + "; exit 0";
    }

    private boolean saidFarewell(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Test
    void everyPodGetsItsSignalAndItsTime() throws Exception {
        var ended = new ArrayList<Process>();
        for (int i = 0; i < 5; i++) {
            ended.add(processes.start("web" + i, false, LONG, farewell("web" + i)));
        }

        new PodShutdown(processes).run(LONG, LONG);

        for (int i = 0; i < 5; i++) {
            assertTrue(saidFarewell("web" + i), "web" + i);
            assertEquals(0, ended.get(i).waitFor());
        }
    }

    @Test
    void whatTheSystemRunsEndsAfterWhatNeedsIt() throws Exception {
        var dns = processes.start("dns", true, LONG, "test -e " + directory.resolve("web") + " && " + farewell("dns"));
        processes.start("web", false, LONG, farewell("web"));

        new PodShutdown(processes).run(LONG, LONG);

        assertFalse(dns.isAlive());
        assertTrue(saidFarewell("dns"));
    }

    @Test
    void whoDoesNotCareIsKilledAtTheLimitWhateverItsGracePeriod() throws Exception {
        var deaf = processes.start("deaf", false, Duration.ofHours(1), ":");
        var brief = processes.start("brief", true, SHORT, ":");
        long began = System.nanoTime();

        new PodShutdown(processes).run(SHORT, LONG);

        assertFalse(deaf.isAlive());
        assertFalse(brief.isAlive());
        assertTrue(Duration.ofNanos(System.nanoTime() - began).compareTo(LONG) < 0);
    }

    @Test
    void aRuntimeThatHangsDoesNotKeepTheMachineUp() throws Exception {
        processes.start("hangs", false, SHORT, ":");
        var dns = processes.start("dns", true, LONG, farewell("dns"));
        long began = System.nanoTime();

        new PodShutdown(processes).run(SHORT, LONG);

        assertFalse(dns.isAlive());
        assertTrue(Duration.ofNanos(System.nanoTime() - began).compareTo(LONG) < 0);
    }

    @Test
    void theGracePeriodIsReadFromWhatTheKubeletWrote() {
        assertEquals(Duration.ofSeconds(3), PodShutdown.grace("3"));
        assertEquals(Duration.ZERO, PodShutdown.grace("-1"));
        assertEquals(Duration.ofSeconds(30), PodShutdown.grace(""));
        assertEquals(Duration.ofSeconds(30), PodShutdown.grace("99999999999"));
    }
}
