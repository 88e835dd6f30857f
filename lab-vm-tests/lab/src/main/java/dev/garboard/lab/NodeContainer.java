package dev.garboard.lab;

import dev.garboard.image.ImageManifest;
import dev.garboard.image.TicketArchive;
import dev.garboard.image.UnpackedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * What a container node boots in place of a kernel: a container in namespaces and control groups of its own, whose root is the node image, read
 * only, and whose process 1 is the agent. The disk of the machine is a few directories of the lab, which outlive its boots.
 */
final class NodeContainer {

    /** The node's directories below {@code /var/lib} that are on its disk. */
    static final List<String> ON_DISK = List.of("containerd", "etcd", "garboard", "kubelet");

    private static final Path TIME_NAMESPACE = Path.of("/proc/self/ns/time");
    private static final int SIGHUP = 128 + 1;
    private static final int SIGINT = 128 + 2;

    private final ContainerCgroups cgroups;
    private final String lab;
    private final String name;
    private final UUID uuid;
    private final Path directory;

    /** How a boot ended. */
    sealed interface Ending {

        record Restarted() implements Ending {}

        record PoweredOff() implements Ending {}

        /** Process 1 ended, which no kernel survives. */
        record Died(int code) implements Ending {}
    }

    NodeContainer(String lab, String name, UUID uuid, Path directory) {
        this.cgroups = new ContainerCgroups(lab);
        this.lab = lab;
        this.name = name;
        this.uuid = uuid;
        this.directory = directory;
    }

    private Path boot() {
        return directory.resolve("boot");
    }

    /** Removes what the boot before left in memory. */
    void clear() {
        cgroups.remove(name);
        try {
            Directories.delete(boot());
            Files.createDirectories(boot());
        } catch (IOException failed) {
            throw new LabException(boot() + " cannot be emptied: " + failed.getMessage(), failed);
        }
    }

    /** Boots what was loaded and stays until that ends. */
    Ending run(BootScript.Ending.Boot loaded) {
        double start = secondsSinceBoot();
        // The container's own clock begins here, in whole seconds, where the kernel has time namespaces.
        long origin = Files.exists(TIME_NAMESPACE) ? (long) start : 0;
        var image = unpack(loaded);
        try {
            double end = secondsSinceBoot() - origin;
            layOut(loaded.arguments(), image, start - origin, end);
            System.out.printf(Locale.ROOT, "garboard: stage stage-0 %.3f%n", end);
            var process = start(origin);
            // A pipe, as stage-0 has it on a real machine: what the agent has read is nowhere else.
            try (var ticket = process.getOutputStream()) {
                ticket.write(ticket(loaded));
            }
            copy(process.getInputStream(), System.out);
            return ending(process.waitFor());
        } catch (IOException failed) {
            throw new LabException("the container of " + name + " cannot be run: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while the container of " + name + " ran", interrupted);
        }
    }

    private UnpackedImage unpack(BootScript.Ending.Boot loaded) {
        return UnpackedImage.unpack(
                file(loaded, ImageManifest.Role.INITRAMFS), file(loaded, ImageManifest.Role.ROOT), boot());
    }

    /** The boot's ticket, which is taken off the lab's disk. */
    private static byte[] ticket(BootScript.Ending.Boot loaded) throws IOException {
        var file = loaded.files().get(TicketArchive.FILE_NAME);
        if (file == null) {
            return new byte[0];
        }
        var ticket = TicketArchive.read(Files.readAllBytes(file));
        Files.delete(file);
        return ticket;
    }

    private static Path file(BootScript.Ending.Boot loaded, ImageManifest.Role role) {
        var file = loaded.files().get(role.fileName());
        if (file == null) {
            throw new LabException("the boot script loaded no file " + role.fileName() + ", only "
                    + loaded.files().keySet() + "; a container node boots Garboard's node images only");
        }
        return file;
    }

    /** What stage-0, the kernel and the firmware show to the agent. */
    private void layOut(String arguments, UnpackedImage image, double start, double end) throws IOException {
        Files.writeString(boot().resolve("cmdline"), arguments + "\n");
        Files.write(boot().resolve("dmi"), DmiTable.of("Garboard", "Lab", name, uuid));
        Files.writeString(
                image.certificates().resolve("stage0"),
                String.format(Locale.ROOT, "start=%.3f%nend=%.3f%n", start, end) + image.description());
        for (var each : ON_DISK) {
            Files.createDirectories(disk(directory).resolve(each));
        }
        try (InputStream script = NodeContainer.class.getResourceAsStream("container.sh")) {
            if (script == null) {
                throw new IllegalStateException("container.sh is missing in the jar");
            }
            Files.write(boot().resolve("container.sh"), script.readAllBytes());
        }
    }

    /** The machine's disk. */
    static Path disk(Path directory) {
        return directory.resolve("disk");
    }

    private Process start(long origin) throws IOException {
        var command =
                new ArrayList<>(List.of("sh", boot().resolve("container.sh").toString()));
        cgroups.make(name).forEach(group -> command.add(group.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(Redirect.PIPE);
        builder.environment().put("BOOT", boot().toString());
        builder.environment().put("STATE", disk(directory).toString());
        builder.environment()
                .put("FIRMWARE", Long.toString(ProcessHandle.current().pid()));
        builder.environment().put("UPTIME", Long.toString(origin));
        var role = ContainerNode.role(name);
        LabProcesses.mark(builder, lab, role);
        builder.environment().put("MARKS", LabProcesses.marks(lab, role));
        return builder.start();
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        var buffer = new byte[8192];
        for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
            to.write(buffer, 0, length);
            to.flush();
        }
    }

    /** A reboot(2) ends a PID namespace with one of two signals, and unshare ends as its child did. */
    private static Ending ending(int code) {
        return switch (code) {
            case SIGHUP -> new Ending.Restarted();
            case SIGINT -> new Ending.PoweredOff();
            default -> new Ending.Died(code);
        };
    }

    private static double secondsSinceBoot() {
        try {
            var text = Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII);
            return Double.parseDouble(text.substring(0, text.indexOf(' ')));
        } catch (IOException unreadable) {
            throw new LabException("/proc/uptime is not readable", unreadable);
        }
    }
}
