package dev.garboard.agent.kubernetes;

import java.io.IOException;

/** What must happen on a node while containerd and kubelet of its former bundle still run. */
@FunctionalInterface
public interface BeforeChange {

    /** Ends what only they can end well; returns at once when there is nothing of another bundle. */
    void leaveFormer(MountedBundle inUse) throws IOException, InterruptedException;
}
