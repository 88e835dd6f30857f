package dev.garboard.agent.kubernetes.containers;

import com.google.protobuf.Timestamp;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.cri.Container;
import dev.garboard.agentapi.cri.ContainerStats;
import dev.garboard.agentapi.cri.ContainerStatus;
import dev.garboard.agentapi.cri.ContainerStatusResponse;
import dev.garboard.agentapi.cri.ImageSpec;
import dev.garboard.agentapi.v1.NodeContainer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Containers as the machine API says them. */
final class ContainerMessages {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");

    private ContainerMessages() {}

    static NodeContainer container(Container listed, ContainerStatusResponse answer, @Nullable ContainerStats stats) {
        var name = ContainerName.of(listed);
        ContainerStatus status = answer.getStatus();
        var message = NodeContainer.newBuilder()
                .setId(listed.getId())
                .setName(name.name())
                .setPodNamespace(name.namespace())
                .setPod(name.pod())
                .setPodUid(name.podUid())
                .setImage(image(status.getImage(), status.getImageRef()))
                .setState(
                        switch (status.getState()) {
                            case CONTAINER_CREATED -> NodeContainer.State.STATE_CREATED;
                            case CONTAINER_RUNNING -> NodeContainer.State.STATE_RUNNING;
                            case CONTAINER_EXITED -> NodeContainer.State.STATE_EXITED;
                            case CONTAINER_UNKNOWN, UNRECOGNIZED -> NodeContainer.State.STATE_UNKNOWN;
                        })
                .setCreatedAt(time(status.getCreatedAt()))
                .setExitCode(status.getExitCode())
                .setReason(status.getReason())
                .setMessage(status.getMessage())
                .setRestarts(name.attempt());
        if (status.getStartedAt() > 0) {
            message.setStartedAt(time(status.getStartedAt()));
        }
        if (status.getFinishedAt() > 0) {
            message.setFinishedAt(time(status.getFinishedAt()));
        }
        if (message.getState() == NodeContainer.State.STATE_RUNNING) {
            message.setPid(pid(answer.getInfoOrDefault("info", "")));
            if (stats != null) {
                use(stats, message);
            }
        }
        return message.build();
    }

    private static String image(ImageSpec spec, String ref) {
        if (!spec.getUserSpecifiedImage().isEmpty()) {
            return spec.getUserSpecifiedImage();
        }
        return spec.getImage().isEmpty() ? ref : spec.getImage();
    }

    private static void use(ContainerStats stats, NodeContainer.Builder message) {
        if (stats.getMemory().hasWorkingSetBytes()) {
            message.setMemoryBytes(stats.getMemory().getWorkingSetBytes().getValue());
        }
        if (stats.getCpu().hasUsageCoreNanoSeconds()) {
            message.setCpuTime(ServiceMessages.duration(
                    Duration.ofNanos(stats.getCpu().getUsageCoreNanoSeconds().getValue())));
        }
    }

    /** containerd tells it only in this form, which is not part of CRI. */
    private static int pid(String info) {
        try {
            return info.isEmpty()
                    ? 0
                    : JsonMapper.shared().readTree(info).path("pid").asInt(0);
        } catch (JacksonException changed) {
            LOG.debug("containerd's own information is no JSON", changed);
            return 0;
        }
    }

    private static Timestamp time(long nanoseconds) {
        return ServiceMessages.timestamp(Instant.ofEpochSecond(0, nanoseconds));
    }
}
