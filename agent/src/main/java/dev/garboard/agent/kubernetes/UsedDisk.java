package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.nodeconfig.StateDisk;
import java.util.Optional;

/** What the node knows of the disk that its data is on. */
public interface UsedDisk {

    /** The disk in this boot; empty while there is none. */
    Optional<NodeMessage.StateDisk> used();

    /** What was declared of it last; empty when nothing was. */
    Optional<StateDisk> declared();
}
