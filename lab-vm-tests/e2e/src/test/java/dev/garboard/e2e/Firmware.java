package dev.garboard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A machine's firmware, and how QEMU is started with it. */
enum Firmware {
    /** SeaBIOS and the iPXE ROM that QEMU puts into its network card. */
    IPXE_ROM,
    /** OVMF's own PXE client. */
    UEFI_PXE,
    /** OVMF's HTTP boot, with PXE out of the way. */
    UEFI_HTTP;

    static final String CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    static final String VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    /** The command line; the network card's frames go to and come from UDP ports of the loopback. */
    List<String> command(Path directory, int guestPort, int testPort) throws IOException {
        var command = new ArrayList<String>();
        command.add(
                Requirements.program("qemu-system-x86_64", "qemu-system-x86").toString());
        command.addAll(List.of("-accel", "tcg,thread=multi", "-display", "none", "-monitor", "none", "-no-reboot"));
        command.addAll(List.of("-serial", "file:" + directory.resolve("serial.log")));
        command.addAll(List.of(
                "-netdev",
                "dgram,id=n0,local.type=inet,local.host=127.0.0.1,local.port=" + guestPort
                        + ",remote.type=inet,remote.host=127.0.0.1,remote.port=" + testPort));
        command.addAll(
                switch (this) {
                    case IPXE_ROM -> {
                        Requirements.file("/usr/lib/ipxe/qemu/efi-e1000.rom", "ipxe-qemu");
                        yield List.of(
                                "-m",
                                "256",
                                "-boot",
                                "n",
                                "-device",
                                "e1000,netdev=n0,mac=" + FirmwareRig.GUEST + ",bootindex=0");
                    }
                    case UEFI_PXE -> uefi(directory);
                    case UEFI_HTTP -> {
                        var http = new ArrayList<>(uefi(directory));
                        for (var service : List.of("IPv4PXESupport", "IPv6PXESupport")) {
                            http.addAll(List.of("-fw_cfg", "name=opt/org.tianocore/" + service + ",string=n"));
                        }
                        yield http;
                    }
                });
        return command;
    }

    private static List<String> uefi(Path directory) throws IOException {
        var variables = directory.resolve("variables.fd");
        Files.copy(Requirements.file(VARIABLES, "ovmf"), variables);
        return List.of(
                "-machine",
                "q35",
                "-m",
                "512",
                "-drive",
                "if=pflash,format=raw,readonly=on,file=" + Requirements.file(CODE, "ovmf"),
                "-drive",
                "if=pflash,format=raw,file=" + variables,
                "-device",
                // Without romfile= the card's EFI ROM would be iPXE, and OVMF's client not be tested.
                "virtio-net-pci,netdev=n0,romfile=,bootindex=0,mac=" + FirmwareRig.GUEST);
    }
}
