package dev.garboard.agent.hardware;

import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.agentapi.v1.Cpu;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.agentapi.v1.PciDevice;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects what the kernel and the firmware tell about the machine. Nothing is guessed: what they do not tell stays empty. */
public final class HardwareFacts {

    private static final Pattern PCI_ADDRESS = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]");
    private static final List<String> NO_DISKS = List.of("loop", "ram", "dm-", "zram", "md", "sr", "fd", "nbd");

    private final SysFiles files;

    /** Facts under this root, {@code /} on a node. */
    public HardwareFacts(Path root) {
        this.files = new SysFiles(root);
    }

    /** Everything; the links come from netlink, because {@code /sys} does not tell permanent addresses. */
    public Hardware collect(List<Link> links) {
        var smbios = SmbiosTable.parse(files.bytes("sys/firmware/dmi/tables/DMI"));
        return Hardware.newBuilder()
                .setSmbios(smbios.summary())
                .setCpu(cpu())
                .setMemoryBytes(memoryBytes())
                .addAllMemoryModules(smbios.memoryModules())
                .addAllDisks(disks())
                .addAllNics(cards(links).stream().map(this::card).toList())
                .addAllPciDevices(files.names("sys/bus/pci/devices").stream()
                        .map(this::pci)
                        .toList())
                .setFirmware(files.exists("sys/firmware/efi") ? "uefi" : "bios")
                .build();
    }

    /** The disks that are there now; some come late. */
    public List<Disk> disks() {
        return files.names("sys/block").stream()
                .filter(HardwareFacts::isDisk)
                .map(this::disk)
                .toList();
    }

    private Cpu cpu() {
        var cpu = Cpu.newBuilder();
        Set<String> sockets = new HashSet<>();
        Set<String> cores = new HashSet<>();
        String socket = "0";
        int threads = 0;
        for (String line : files.text("proc/cpuinfo").lines().toList()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "processor" -> threads++;
                case "model name" -> cpu.setModel(value);
                case "vendor_id" -> cpu.setVendor(value);
                case "physical id" -> {
                    socket = value;
                    sockets.add(value);
                }
                case "core id" -> cores.add(socket + "/" + value);
                case "flags" -> {
                    if (cpu.getFlagsCount() == 0) {
                        cpu.addAllFlags(List.of(value.split(" ", -1)));
                    }
                }
                default -> {
                    // Bugs, cache sizes, frequencies.
                }
            }
        }
        return cpu.setThreads(threads)
                // A virtual machine may tell neither; then every thread is a core of one socket.
                .setCores(cores.isEmpty() ? threads : cores.size())
                .setSockets(sockets.isEmpty() ? Math.min(1, threads) : sockets.size())
                .build();
    }

    private long memoryBytes() {
        final String label = "MemTotal:";
        return files.text("proc/meminfo")
                .lines()
                .filter(line -> line.startsWith(label))
                .mapToLong(line -> Long.parseLong(
                                line.substring(label.length()).replace("kB", "").strip())
                        * 1024)
                .findFirst()
                .orElse(0);
    }

    private static boolean isDisk(String name) {
        return NO_DISKS.stream().noneMatch(name::startsWith);
    }

    private Disk disk(String name) {
        String at = "sys/block/" + name + "/";
        return Disk.newBuilder()
                .setName(name)
                // Always in units of 512, whatever the disk's own blocks are.
                .setSizeBytes(files.number(at + "size") * 512)
                .setModel(files.text(at + "device/model"))
                .setSerial(first(files.text(at + "device/serial"), files.text(at + "serial")))
                .setRotational(files.number(at + "queue/rotational") == 1)
                .setTransport(transport(name, files.realPath(at)))
                .setWwid(first(files.text(at + "wwid"), files.text(at + "device/wwid")))
                .build();
    }

    private static String transport(String name, String devicePath) {
        if (name.startsWith("nvme")) {
            return "nvme";
        }
        if (name.startsWith("vd")) {
            return "virtio";
        }
        if (name.startsWith("mmcblk")) {
            return "mmc";
        }
        if (devicePath.contains("/usb")) {
            return "usb";
        }
        return devicePath.contains("/ata") ? "sata" : "scsi";
    }

    /** The links that are devices. A container has none of these: its card is the end of a pair that it was given. */
    private List<Link> cards(List<Link> links) {
        var ethernet = links.stream().filter(Link::isEthernet).toList();
        var devices = ethernet.stream()
                .filter(link -> files.exists("sys/class/net/" + link.name() + "/device"))
                .toList();
        return devices.isEmpty() ? ethernet : devices;
    }

    private NetworkInterfaceCard card(Link link) {
        String at = "sys/class/net/" + link.name() + "/";
        return NetworkInterfaceCard.newBuilder()
                .setName(link.name())
                .setPermanentMac(link.stableMac())
                .setMac(link.mac())
                .setLinkUp(link.carrier())
                .setSpeedMbps((int) files.number(at + "speed"))
                .setDriver(files.linkName(at + "device/driver"))
                .setPciAddress(pciAddress(files.realPath(at + "device")))
                .build();
    }

    /** The last PCI address of a device path: a virtio card is a child of its PCI device. */
    private static String pciAddress(String devicePath) {
        Matcher matcher = PCI_ADDRESS.matcher(devicePath);
        String last = "";
        while (matcher.find()) {
            last = matcher.group();
        }
        return last;
    }

    private PciDevice pci(String address) {
        String at = "sys/bus/pci/devices/" + address + "/";
        return PciDevice.newBuilder()
                .setAddress(address)
                .setVendorId((int) files.number(at + "vendor"))
                .setDeviceId((int) files.number(at + "device"))
                .setClassCode((int) files.number(at + "class"))
                .setDriver(files.linkName(at + "driver"))
                .build();
    }

    private static String first(String one, String other) {
        return one.isEmpty() ? other : one;
    }
}
