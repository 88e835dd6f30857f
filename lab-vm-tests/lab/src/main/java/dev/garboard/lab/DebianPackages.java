package dev.garboard.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the lab and the image build need from Debian. A file tells whether it is there, so that other ways to have it do as well. */
final class DebianPackages {

    /** A package and a file of it. */
    record Needed(String name, Path file) {}

    private static final List<Needed> NEEDED = List.of(
            new Needed("qemu-system-x86", Path.of("/usr/bin/qemu-system-x86_64")),
            new Needed("seabios", Path.of("/usr/share/seabios/bios-256k.bin")),
            new Needed("ovmf", Path.of("/usr/share/OVMF/OVMF_CODE_4M.fd")),
            new Needed("ipxe", Path.of("/usr/lib/ipxe/snponly.efi")),
            new Needed("ipxe-qemu", Path.of("/usr/lib/ipxe/qemu/pxe-virtio.rom")),
            new Needed("iproute2", Path.of("/sbin/ip")),
            new Needed("erofs-utils", Path.of("/usr/bin/mkfs.erofs")),
            new Needed("cryptsetup-bin", Path.of("/sbin/veritysetup")),
            new Needed("gcc", Path.of("/usr/bin/gcc")),
            new Needed("libc6-dev", Path.of("/usr/include/stdlib.h")),
            new Needed("debian-archive-keyring", Path.of("/usr/share/keyrings/debian-archive-keyring.gpg")));

    private DebianPackages() {}

    static List<String> missing() {
        return missing(NEEDED);
    }

    static List<String> missing(List<Needed> needed) {
        return needed.stream()
                .filter(each -> !Files.exists(each.file()))
                .map(Needed::name)
                .toList();
    }

    /** Installs them as root or through sudo without a password; otherwise says the one line that does. */
    static void install(List<String> packages, Path log, Consumer<String> say) {
        var line = new ArrayList<>(List.of("apt-get", "install", "-y", "--no-install-recommends"));
        line.addAll(packages);
        var prefix = privilege();
        if (prefix == null) {
            throw new LabException(
                    "some Debian packages are missing. Install them with\n  sudo " + String.join(" ", line));
        }
        var apt = new Apt(prefix, log, say);
        apt.run(List.of("apt-get", "update"));
        if (apt.run(line) != 0) {
            throw new LabException("apt-get could not install " + String.join(" ", packages) + ":\n  "
                    + String.join("\n  ", LogTail.last(log, 6)) + "\nThe whole of it is in " + log);
        }
    }

    private static @org.jspecify.annotations.Nullable List<String> privilege() {
        if (Shell.isRoot()) {
            return List.of();
        }
        boolean sudo = Files.exists(Path.of("/usr/bin/sudo"))
                && Shell.run(List.of("sudo", "-n", "true")).succeeded();
        return sudo ? List.of("sudo", "-n") : null;
    }
}
