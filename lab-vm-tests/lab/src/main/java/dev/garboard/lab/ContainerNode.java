package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A machine of the lab that is a container: its power button, and what it asks of the host. */
final class ContainerNode {

    /** containerd's snapshots are overlays, and the kernel stacks those on no other. */
    private static final Set<String> UNFIT = Set.of("overlay", "aufs", "fuse-overlayfs", "nfs", "nfs4");

    private ContainerNode() {}

    /** Before the name of a machine: the role of the container's processes. That of the firmware is the machine's. */
    static final String ROLE = "node-";

    static String role(String machine) {
        return ROLE + machine;
    }

    /** Refuses what cannot work, before anything is made. */
    static void check(LabDirectory directory) {
        if (!Shell.isRoot()) {
            throw new LabException(
                    "container nodes need root: they mount file systems and make control groups and devices."
                            + " Run this as root, or use virtual machines: --nodes vm");
        }
        try {
            var type = Files.getFileStore(directory.root()).type();
            if (UNFIT.contains(type)) {
                throw new LabException(directory.root() + " lies on " + type
                        + ", on which containers cannot be stored; choose a directory on a disk: --directory");
            }
        } catch (IOException failed) {
            throw new LabException(directory.root() + " cannot be looked at: " + failed.getMessage(), failed);
        }
    }

    /** Powers a machine on. */
    static Process powerOn(
            Distribution distribution,
            LabProcesses processes,
            LabNetwork network,
            LabDirectory directory,
            LabMachine machine) {
        var own = directory.machine(machine.name());
        try {
            Files.createDirectories(own);
            Files.deleteIfExists(directory.serialLog(machine.name()));
        } catch (IOException failed) {
            throw new LabException(own + " cannot be prepared: " + failed.getMessage(), failed);
        }
        var firmware = distribution.program(
                FirmwareMain.class,
                processes.id(),
                Long.toString(network.holder()),
                machine.name(),
                machine.mac(),
                machine.uuid(),
                machine.tap(),
                own.toString());
        var command = new ArrayList<>(List.of("unshare", "--net", "--"));
        command.addAll(firmware);
        return processes.start(machine.role(), command, own, directory.serialLog(machine.name()));
    }
}
