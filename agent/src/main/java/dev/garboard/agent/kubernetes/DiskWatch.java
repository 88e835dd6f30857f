package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.FileSystemSpace;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how much room the node's data has, and whether its programs are what was signed. A full or damaged disk fails in many places and
 * words; this says the cause once, and what helps. When there is room again everything goes on by itself.
 */
final class DiskWatch implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.disk");
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final Service service;
    private final List<DiskRoom> rooms;
    private final Supplier<List<String>> damages;

    DiskWatch(Service service, List<DiskRoom> rooms, Supplier<List<String>> damages) {
        this.service = service;
        this.rooms = List.copyOf(rooms);
        this.damages = damages;
    }

    static DiskWatch ofNode(Service service) {
        return new DiskWatch(
                service,
                List.of(
                        new DiskRoom(
                                NodePaths.CONTAINERD.toString(),
                                "no image can be stored and no container started",
                                "delete pods that write much; the kubelet then removes unused images by itself"),
                        new DiskRoom(
                                NodePaths.KUBELET.toString(),
                                "no pod can be started and volumes of pods cannot grow",
                                "delete pods with large emptyDir volumes"),
                        new DiskRoom(
                                "/var/lib/etcd",
                                "etcd takes no write",
                                "give free space of etcd back with `garboard cluster etcd defragment`"),
                        new DiskRoom(
                                NodePaths.BUNDLE_FILES.toString(),
                                "no other Kubernetes bundle can be fetched",
                                "delete pods that write much"),
                        new DiskRoom("/var/log", "containers cannot log", "delete pods that log much")),
                BundleFetch::complaints);
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            look();
            Thread.sleep(LOOK_EVERY);
        }
    }

    private void look() {
        // Without a disk all of them lie in memory: one file system, which is complained about once.
        var byFileSystem = new LinkedHashMap<Object, List<DiskRoom>>();
        for (DiskRoom room : rooms) {
            try {
                var device = Files.getAttribute(Path.of(room.directory()), "unix:dev");
                byFileSystem.computeIfAbsent(device, _ -> new ArrayList<>()).add(room);
            } catch (IOException notUsed) {
                LOG.debug("{} is not there", room.directory());
            }
        }
        var complaints = new ArrayList<>(damages.get());
        for (List<DiskRoom> together : byFileSystem.values()) {
            try {
                var space = FileSystemSpace.of(Path.of(together.getFirst().directory()));
                DiskRoom.complaint(together, space).ifPresent(complaints::add);
            } catch (SystemCallException gone) {
                LOG.debug("{}", gone.getMessage());
            }
        }
        if (complaints.isEmpty()) {
            service.running();
        } else {
            service.unhealthy(String.join("; ", complaints));
        }
    }
}
