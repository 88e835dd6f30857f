package dev.garboard.lab;

import dev.garboard.lab.LabMachine.Firmware;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** QEMU's command line for a machine, and its start. */
final class Qemu {

    private static final Path OVMF_CODE = Path.of("/usr/share/OVMF/OVMF_CODE_4M.fd");
    private static final Path OVMF_VARIABLES = Path.of("/usr/share/OVMF/OVMF_VARS_4M.fd");

    private static final String DISK = "disk.img";

    private Qemu() {}

    /** Powers a machine on whose clock is this much ahead. */
    static Process powerOn(
            LabProcesses processes,
            LabNetwork network,
            LabDirectory directory,
            LabMachine machine,
            Duration clockOffset) {
        var own = directory.machine(machine.name());
        LabDirectory.reachable(directory.consoleSocket(machine.name()));
        try {
            Files.createDirectories(own);
            Files.deleteIfExists(directory.serialLog(machine.name()));
            Files.deleteIfExists(directory.consoleSocket(machine.name()));
            Files.deleteIfExists(directory.controlSocket(machine.name()));
            if (machine.firmware() == Firmware.UEFI) {
                // Firmware writes to its variables, and what it remembered of another day changes how it boots.
                Files.copy(OVMF_VARIABLES, own.resolve("variables.fd"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (machine.disk() > 0 && !Files.exists(own.resolve(DISK))) {
                try (var disk = new RandomAccessFile(own.resolve(DISK).toFile(), "rw")) {
                    disk.setLength((long) machine.disk() << 30);
                }
            }
        } catch (IOException failed) {
            throw new LabException(own + " cannot be prepared: " + failed.getMessage(), failed);
        }
        return processes.start(
                machine.role(),
                network.inside(command(machine, clockOffset, Instant.now())),
                own,
                own.resolve("qemu.log"));
    }

    /** The same with a clock that is wrong, unless the offset is zero. */
    static List<String> command(LabMachine machine, Duration clockOffset, Instant now) {
        var command = new ArrayList<>(command(machine));
        if (!clockOffset.isZero()) {
            // QEMU wants the time without a zone, and means UTC.
            var base = now.plus(clockOffset).truncatedTo(ChronoUnit.SECONDS).toString();
            command.addAll(List.of("-rtc", "base=" + base.substring(0, base.length() - 1)));
        }
        return List.copyOf(command);
    }

    /** Paths are relative to the machine's directory. */
    static List<String> command(LabMachine machine) {
        var kvm = machine.accelerator().equals("kvm");
        var command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-name",
                machine.name(),
                "-accel",
                kvm ? "kvm" : "tcg,thread=multi,tb-size=256",
                "-machine",
                "q35,graphics=off,smm=off",
                "-cpu",
                // Where rep movsb is said to be fast the kernel copies with it, and emulated it goes byte by byte.
                kvm ? "host" : "max,-erms",
                "-smp",
                Integer.toString(machine.cpus()),
                "-m",
                Integer.toString(machine.memory()),
                "-uuid",
                machine.uuid(),
                "-smbios",
                "type=1,manufacturer=Garboard,product=Lab,serial=" + machine.name(),
                "-nodefaults",
                "-display",
                "none",
                "-chardev",
                "socket,id=console,path=console.sock,server=on,wait=off,logfile=serial.log,logappend=on",
                "-serial",
                "chardev:console",
                "-qmp",
                "unix:qmp.sock,server=on,wait=off",
                "-object",
                "rng-random,id=random,filename=/dev/urandom",
                "-device",
                "virtio-rng-pci,rng=random",
                "-netdev",
                "tap,id=net,ifname=" + machine.tap() + ",script=no,downscript=no"));
        var card = "virtio-net-pci,netdev=net,bootindex=1,mac=" + machine.mac();
        switch (machine.firmware()) {
            case BIOS -> command.addAll(List.of("-device", card));
            // Without romfile= the card brings iPXE as its option ROM, and the firmware's own network boot is bypassed.
            case UEFI ->
                command.addAll(List.of(
                        "-drive",
                        "if=pflash,format=raw,unit=0,readonly=on,file=" + OVMF_CODE,
                        "-drive",
                        "if=pflash,format=raw,unit=1,file=variables.fd",
                        "-device",
                        card + ",romfile="));
        }
        if (machine.disk() > 0) {
            // Its guest may be killed at any time, the host not: it need not wait until the host has written.
            command.addAll(List.of(
                    "-drive",
                    "if=none,id=disk,format=raw,cache=unsafe,discard=unmap,file=" + DISK,
                    "-device",
                    "virtio-blk-pci,drive=disk,serial=" + machine.diskSerial()));
        }
        return List.copyOf(command);
    }
}
