package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How QEMU runs a guest's processor. */
enum Accelerator {
    TCG,
    KVM,
    AUTO;

    private static final String MARKER = "GARBOARD-KVM-WORKS";

    /** The name that QEMU takes. A KVM that is wished for and does not work is refused; with {@link #AUTO} it is done without. */
    String choose(LabDirectory directory) {
        if (this == TCG) {
            return "tcg";
        }
        if (kvmWorks(directory)) {
            return "kvm";
        }
        if (this == KVM) {
            throw new LabException("KVM does not run a guest here (/dev/kvm "
                    + (Files.exists(Path.of("/dev/kvm")) ? "is there" : "is missing")
                    + "); leave --accel away to emulate");
        }
        return "tcg";
    }

    /** A node {@code /dev/kvm} proves nothing: inside a virtual machine it may be there and a guest hang. Only a guest that spoke does. */
    private static boolean kvmWorks(LabDirectory directory) {
        if (!Files.isWritable(Path.of("/dev/kvm"))) {
            return false;
        }
        try {
            var script = Files.writeString(
                    directory.root().resolve("kvm-probe.ipxe"), "#!ipxe\necho " + MARKER + "\npoweroff || reboot\n");
            var log = directory.log("kvm-probe");
            Files.deleteIfExists(log);
            var guest = new ProcessBuilder(List.of(
                            "qemu-system-x86_64",
                            "-accel",
                            "kvm",
                            "-machine",
                            "q35",
                            "-m",
                            "128",
                            "-nographic",
                            "-monitor",
                            "none",
                            "-serial",
                            "stdio",
                            "-no-reboot",
                            "-net",
                            "none",
                            "-kernel",
                            "/boot/ipxe.lkrn",
                            "-initrd",
                            script.toString()))
                    .redirectInput(new java.io.File("/dev/null"))
                    .redirectOutput(log.toFile())
                    .redirectErrorStream(true)
                    .start();
            guest.waitFor(15, TimeUnit.SECONDS);
            // Not waited for: a process stuck inside the kernel does not die of SIGKILL either.
            guest.destroyForcibly();
            return Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains(MARKER);
        } catch (IOException failed) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
