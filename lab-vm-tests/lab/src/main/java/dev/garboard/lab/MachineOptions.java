package dev.garboard.lab;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What virtual machines have, where it is the same for machines and for the nodes of a cluster. */
final class MachineOptions {

    private static final int LARGEST_DISK = 10_000;

    /** QEMU itself takes more; nobody waits for them emulated. */
    private static final int MOST_CPUS = 64;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Processors of each virtual machine (default: 1 emulated, which costs the host least; 2 with KVM).")
    private int cpus;

    @Option(
            names = "--disk",
            paramLabel = "GB",
            defaultValue = "0",
            description =
                    "Of each virtual machine, in GB, empty at first and kept when the lab ends; 0 for none, all of it lies in memory (default: 0).")
    private int disk;

    /** 0 for the usual number. */
    int cpus() {
        return cpus;
    }

    /** In GB; 0 for none. */
    int disk() {
        return disk;
    }

    /** The same again, for a command that calls another one. */
    List<String> arguments() {
        return List.of("--cpus", Integer.toString(cpus), "--disk", Integer.toString(disk));
    }

    void check(CommandSpec spec) {
        if (cpus < 0 || cpus > MOST_CPUS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--cpus is " + cpus + "; expected 1 to " + MOST_CPUS + ", or 0 for the usual number");
        }
        if (disk < 0 || disk > LARGEST_DISK) {
            throw new ParameterException(
                    spec.commandLine(), "--disk is " + disk + "; expected 0 to " + LARGEST_DISK + " GB");
        }
    }
}
