package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.HardwareRequest;
import io.grpc.StatusException;
import java.util.Locale;
import picocli.CommandLine.Command;

/** The hardware of a node. */
@Command(name = "hardware", description = "Show the hardware as the agent found it.")
final class NodeHardwareCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(soon(client).hardware(HardwareRequest.getDefaultInstance()), answer -> print(answer.getHardware()));
    }

    private void print(Hardware hardware) {
        var smbios = hardware.getSmbios();
        line("System", smbios.getSystemManufacturer() + " " + smbios.getSystemProduct());
        line("Serial", smbios.getSystemSerial());
        line("UUID", smbios.getSystemUuid());
        line("Firmware", hardware.getFirmware() + ", " + smbios.getBiosVendor() + " " + smbios.getBiosVersion());
        var cpu = hardware.getCpu();
        line(
                "CPU",
                cpu.getModel() + ", " + cpu.getSockets() + " sockets, " + cpu.getCores() + " cores, " + cpu.getThreads()
                        + " threads");
        line("Memory", size(hardware.getMemoryBytes()));
        for (var module : hardware.getMemoryModulesList()) {
            line(
                    "  " + module.getLocator(),
                    size(module.getSizeBytes()) + " " + module.getManufacturer() + " " + module.getPartNumber());
        }
        for (var disk : hardware.getDisksList()) {
            line(
                    "Disk " + disk.getName(),
                    size(disk.getSizeBytes()) + " " + disk.getTransport() + " " + disk.getModel() + " "
                            + disk.getSerial()
                            + (disk.getWwid().isEmpty() ? "" : "  " + disk.getWwid()));
        }
        for (var nic : hardware.getNicsList()) {
            line(
                    "Card " + nic.getName(),
                    nic.getPermanentMac() + " " + nic.getDriver() + ", link " + (nic.getLinkUp() ? "up" : "down")
                            + (nic.getSpeedMbps() == 0 ? "" : ", " + nic.getSpeedMbps() + " Mbit/s"));
        }
        line("PCI devices", hardware.getPciDevicesCount());
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
