package dev.garboard.image;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What kind of machine an image is for. */
public enum Platform {
    /** Virtual machines of the lab: the small cloud kernel, a serial console, faults can be injected. */
    LAB,
    /** Real machines: the generic kernel, drivers of common network cards and disks, their firmware. */
    METAL;

    /** What stage-0 needs whatever the machine is. */
    static final List<String> ROOT_MODULES = List.of("loop", "dm_verity", "erofs");

    /**
     * Checksums, loaded first. The kernel asks for them by what they compute, so no module names
     * them as a dependency, and a driver that finds none does not load.
     */
    private static final List<String> CHECKSUMS = List.of("sha256_ssse3", "crc32c_intel", "crc32c_generic");

    /** What containers and their networks need; loaded by the agent when a node becomes part of a cluster. */
    static final List<String> CONTAINER_MODULES = List.of(
            "overlay",
            "veth",
            "bridge",
            "br_netfilter",
            "vxlan",
            "nf_conntrack",
            "nf_conntrack_netlink",
            "nf_nat",
            "nf_tables",
            "nft_chain_nat",
            "nft_compat",
            "nft_ct",
            "nft_fib",
            "nft_fib_ipv4",
            "nft_fib_ipv6",
            "nft_fib_inet",
            "nft_hash",
            "nft_limit",
            "nft_log",
            "nft_masq",
            "nft_nat",
            "nft_numgen",
            "nft_redir",
            "nft_reject",
            "nft_reject_ipv4",
            "nft_reject_ipv6",
            "nft_reject_inet",
            "x_tables",
            "xt_addrtype",
            "xt_comment",
            "xt_conntrack",
            "xt_mark",
            "xt_MASQUERADE",
            "xt_multiport",
            "xt_nat",
            "xt_REDIRECT",
            "xt_tcpudp");

    /** File systems of disks; loaded by the agent when a machine is to use one. */
    static final List<String> DISK_MODULES = List.of("ext4");

    private static final List<String> LAB_DEVICES =
            List.of("virtio_pci", "virtio_net", "virtio_blk", "virtio_rng", "button", "evdev");

    private static final List<String> METAL_DEVICES = List.of(
            "virtio_pci",
            "virtio_net",
            "virtio_blk",
            "virtio_rng",
            "vmxnet3",
            "e1000",
            "e1000e",
            "igb",
            "igc",
            "ixgbe",
            "i40e",
            "ice",
            "tg3",
            "bnx2",
            "bnx2x",
            "bnxt_en",
            "mlx4_en",
            "mlx5_core",
            "r8169",
            "atlantic",
            "sfc",
            "qede",
            "cxgb4",
            "be2net",
            "nfp",
            "virtio_scsi",
            "nvme",
            // Disks of every SATA, SAS and SCSI controller.
            "sd_mod",
            "ahci",
            "megaraid_sas",
            "mpt3sas",
            "smartpqi",
            "xhci_pci",
            "usbhid",
            "hid_generic",
            "efivarfs",
            "button",
            "evdev");

    private static final List<String> FIRMWARE = List.of(
            "firmware-linux-free",
            "firmware-bnx2",
            "firmware-bnx2x",
            "firmware-realtek",
            "firmware-misc-nonfree",
            "firmware-intel-misc",
            "firmware-qlogic",
            "firmware-netronome");

    /** Debian's name for the newest kernel of the kind. */
    String kernelPackage() {
        return this == LAB ? "linux-image-cloud-amd64" : "linux-image-amd64";
    }

    /** Their names differ from release to release of Debian; those that the suite has are taken. */
    List<String> firmwarePackages() {
        return this == LAB ? List.of() : FIRMWARE;
    }

    String commandLine() {
        // The lab's kernel tells where it hangs when it is asked to (garboard lab power nmi).
        return this == LAB
                ? "console=ttyS0,115200 panic=-1 unknown_nmi_panic tsc=reliable mitigations=off quiet"
                : "console=tty0 console=ttyS0,115200 panic=30 quiet";
    }

    /** Modules that are loaded where the kernel has them; each costs boot time, so the lab has few. */
    List<String> optionalModules() {
        return Stream.of(CHECKSUMS, this == LAB ? LAB_DEVICES : METAL_DEVICES)
                .flatMap(List::stream)
                .toList();
    }

    boolean faultsCanBeInjected() {
        return this == LAB;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
