package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The lab's network: a namespace that nothing on the host sees, with a bridge, the server's address on it, and one tap for each machine. The
 * namespace has no name; it lives as long as a process is in it, so ending the lab's processes removes all of it.
 *
 * @param holder the process that keeps the namespace
 */
record LabNetwork(long holder, boolean userNamespace) {

    static final String BRIDGE = "br0";
    static final String ADDRESS = "192.168.77.1";
    static final String SUBNET = "192.168.77.0/24";
    static final String HOLDER = "network";

    static LabNetwork make(LabProcesses processes, LabState state, LabDirectory directory) {
        var command = new ArrayList<>(List.of("unshare", "--net"));
        if (state.userNamespace()) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("sleep", "infinity"));
        var log = directory.log(HOLDER);
        var holder = processes.start(HOLDER, command, directory.root(), log);
        awaitNamespace(holder, log);
        var network = new LabNetwork(holder.pid(), state.userNamespace());
        network.addInterfaces(processes, state.machines());
        return network;
    }

    static LabNetwork of(LabProcesses processes, LabState state) {
        return processes
                .find(HOLDER)
                .map(found -> new LabNetwork(found.pid(), state.userNamespace()))
                .orElseThrow(() -> new LabException(
                        "the lab's network is gone (was the host restarted?); clean up with: garboard lab down"));
    }

    /** A command line that runs inside the namespace, as root of it. */
    List<String> inside(List<String> command) {
        var entered = new ArrayList<>(List.of("nsenter", "--target", Long.toString(holder), "--net"));
        if (userNamespace) {
            entered.addAll(List.of("--user", "--preserve-credentials"));
        }
        entered.add("--");
        entered.addAll(command);
        return entered;
    }

    private void addInterfaces(LabProcesses processes, List<LabMachine> machines) {
        var batch = new StringBuilder("""
                link set lo up
                link add %1$s type bridge stp_state 0 forward_delay 0 mcast_snooping 0
                link set %1$s up
                addr add %2$s/24 dev %1$s
                addr add fd77::1/64 dev %1$s nodad
                """.formatted(BRIDGE, ADDRESS));
        for (var machine : machines.stream().filter(each -> !each.isContainer()).toList()) {
            batch.append("tuntap add %1$s mode tap\nlink set %1$s master %2$s up\n".formatted(machine.tap(), BRIDGE));
        }
        var result = Shell.run(processes.builder("setup", inside(List.of("ip", "-batch", "-"))), batch.toString());
        if (!result.succeeded()) {
            throw new LabException("the lab's bridge and taps cannot be made: "
                    + result.output().replace("\n", "; ") + tunRemedy());
        }
    }

    private static String tunRemedy() {
        var tun = Path.of("/dev/net/tun");
        if (!Files.exists(tun)) {
            return "; /dev/net/tun is missing, load its module: modprobe tun";
        }
        return Files.isWritable(tun)
                ? ""
                : "; only root may use /dev/net/tun here (on Debian everybody may): chmod 666 /dev/net/tun, or run as root";
    }

    private static void awaitNamespace(Process holder, Path log) {
        for (int attempt = 0; attempt < 250; attempt++) {
            if (!holder.isAlive()) {
                throw new LabException(
                        "a private network namespace cannot be made: " + tail(log)
                                + "; as a user this needs user namespaces (sysctl user.max_user_namespaces above 0, and where they exist"
                                + " kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0), or run as root");
            }
            if (runs(holder.pid(), "sleep")) {
                return;
            }
            Pause.millis(20);
        }
        throw new LabException("unshare did not make a network namespace within 5 s; it says: " + tail(log));
    }

    /** {@code unshare} becomes {@code sleep} once the namespaces are there. */
    private static boolean runs(long pid, String program) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm"))
                    .strip()
                    .equals(program);
        } catch (IOException ended) {
            return false;
        }
    }

    private static String tail(Path log) {
        return String.join(" ", LogTail.last(log, 3));
    }
}
