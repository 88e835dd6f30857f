package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.KernelModules;
import dev.garboard.agent.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;

/** Where a node's disk is mounted. A test has no /var to give away. */
interface DiskMount {

    /** Whether another system's disk is there already, because the node is one of its containers. */
    boolean isTaken() throws IOException;

    /** Makes the kernel know disks and file systems. */
    void loadDrivers() throws IOException;

    void mount(Path device);

    /** Takes it away if no file of it is open; whether it is gone. */
    boolean unmountUnlessBusy();

    /** Takes it away, and before it whatever is mounted below it, used or not; makes it read-only where it cannot go. */
    Mounts.Release release() throws IOException;

    /** The real one. */
    record OnVar() implements DiskMount {

        private static final Path TARGET = Path.of("/var");

        @Override
        public boolean isTaken() throws IOException {
            return Mounts.isMountPoint(TARGET.resolve("lib"));
        }

        @Override
        public void loadDrivers() throws IOException {
            KernelModules.loadForDisks();
        }

        @Override
        public void mount(Path device) {
            Mounts.mountData(device, TARGET, DiskPreparation.TYPE);
        }

        @Override
        public boolean unmountUnlessBusy() {
            return Mounts.unmountUnlessBusy(TARGET);
        }

        @Override
        public Mounts.Release release() throws IOException {
            Mounts.detachBelow(TARGET);
            return Mounts.release(TARGET);
        }

        @Override
        public String toString() {
            return TARGET.toString();
        }
    }
}
