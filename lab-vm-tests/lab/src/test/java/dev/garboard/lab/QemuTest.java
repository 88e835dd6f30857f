package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.lab.LabMachine.Firmware;
import dev.garboard.lab.LabMachine.Nodes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class QemuTest {

    @Test
    void aBiosMachineBootsFromTheIpxeInItsCard() {
        var machine = LabMachine.numbered(2, Nodes.VM, Firmware.BIOS, 1024, "tcg");

        var command = String.join(" ", Qemu.command(machine));

        assertEquals(
                "qemu-system-x86_64 -name m2 -accel tcg,thread=multi,tb-size=256 -machine q35,graphics=off,smm=off -cpu max,-erms -smp 1 -m 1024"
                        + " -uuid 77000000-0000-4000-8000-000000000002 -smbios type=1,manufacturer=Garboard,product=Lab,serial=m2"
                        + " -nodefaults -display none"
                        + " -chardev socket,id=console,path=console.sock,server=on,wait=off,logfile=serial.log,logappend=on"
                        + " -serial chardev:console -qmp unix:qmp.sock,server=on,wait=off"
                        + " -object rng-random,id=random,filename=/dev/urandom -device virtio-rng-pci,rng=random"
                        + " -netdev tap,id=net,ifname=tap2,script=no,downscript=no"
                        + " -device virtio-net-pci,netdev=net,bootindex=1,mac=52:54:00:77:00:12",
                command);
    }

    @Test
    void aUefiMachineHasFirmwareVariablesOfItsOwnAndNoIpxeInItsCard() {
        var machine = LabMachine.numbered(1, Nodes.VM, Firmware.UEFI, 2048, "tcg");

        var command = String.join(" ", Qemu.command(machine));

        assertTrue(command.contains("unit=1,file=variables.fd"), command);
        assertTrue(command.endsWith("mac=52:54:00:77:00:11,romfile="), command);
    }

    @Test
    void withKvmTheGuestHasTheHostsProcessor() {
        var command = String.join(" ", Qemu.command(LabMachine.numbered(1, Nodes.VM, Firmware.BIOS, 1024, "kvm")));

        assertTrue(command.contains("-accel kvm ") && command.contains("-cpu host -smp 2 "), command);
    }

    @Test
    void whoeverAsksForProcessorsGetsThem() {
        var machine = LabMachine.numbered(1, Nodes.VM, Firmware.BIOS, 1024, "tcg");

        assertTrue(String.join(" ", Qemu.command(machine.withCpus(4))).contains(" -smp 4 "));
        assertEquals(machine, machine.withCpus(0));
    }

    @Test
    void aDiskTellsWhoseItIs() {
        var machine =
                LabMachine.numbered(3, Nodes.VM, Firmware.BIOS, 1024, "tcg").withDisk(8);

        var command = String.join(" ", Qemu.command(machine));

        assertTrue(
                command.endsWith(" -drive if=none,id=disk,format=raw,cache=unsafe,discard=unmap,file=disk.img"
                        + " -device virtio-blk-pci,drive=disk,serial=m3-disk"),
                command);
    }

    @Test
    void aWrongClockIsGivenInUtc() {
        var machine = LabMachine.numbered(1, Nodes.VM, Firmware.BIOS, 1024, "tcg");

        var command = Qemu.command(machine, Duration.ofDays(-1), Instant.parse("2026-11-26T07:30:00.123Z"));

        assertEquals(List.of("-rtc", "base=2026-11-25T07:30:00"), command.subList(command.size() - 2, command.size()));
        assertEquals(Qemu.command(machine), Qemu.command(machine, Duration.ZERO, Instant.EPOCH));
    }

    @Test
    void machinesOfTheLabNeverShareAMacAddress() {
        assertEquals(
                LabMachine.MOST,
                java.util.stream.IntStream.rangeClosed(1, LabMachine.MOST)
                        .mapToObj(n -> LabMachine.numbered(n, Nodes.VM, Firmware.BIOS, 1024, "tcg")
                                .mac())
                        .distinct()
                        .filter(mac -> mac.matches("52:54:00:77:00:[0-9a-f]{2}"))
                        .count());
    }
}
