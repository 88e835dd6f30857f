package dev.garboard.dhcp;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A processor architecture and firmware, RFC 5970 section 3.3 and IANA's list. An unknown number is kept. */
public record Arch(int code) {

    public static final Arch X86_BIOS = new Arch(0);
    public static final Arch IA32_UEFI = new Arch(6);
    public static final Arch X64_UEFI = new Arch(7);
    /** RFC 4578 had 7 and 9 the wrong way round, so what says EBC is an x64 (erratum 4625). */
    public static final Arch EBC = new Arch(9);

    public static final Arch ARM64_UEFI = new Arch(11);
    public static final Arch X64_UEFI_HTTP = new Arch(16);
    public static final Arch ARM64_UEFI_HTTP = new Arch(19);

    private static final Set<Integer> HTTP = Set.of(15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40);

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0, "x86-bios"),
            Map.entry(1, "pc98"),
            Map.entry(2, "itanium"),
            Map.entry(3, "alpha"),
            Map.entry(4, "arc-x86"),
            Map.entry(5, "intel-lean-client"),
            Map.entry(6, "x86-uefi"),
            Map.entry(7, "x64-uefi"),
            Map.entry(8, "xscale"),
            Map.entry(9, "x64-uefi-ebc"),
            Map.entry(10, "arm32-uefi"),
            Map.entry(11, "arm64-uefi"),
            Map.entry(12, "powerpc-open-firmware"),
            Map.entry(13, "powerpc-epapr"),
            Map.entry(14, "power-opal"),
            Map.entry(15, "x86-uefi-http"),
            Map.entry(16, "x64-uefi-http"),
            Map.entry(17, "x64-uefi-ebc-http"),
            Map.entry(18, "arm32-uefi-http"),
            Map.entry(19, "arm64-uefi-http"),
            Map.entry(20, "x86-bios-http"),
            Map.entry(21, "arm32-uboot"),
            Map.entry(22, "arm64-uboot"),
            Map.entry(23, "arm32-uboot-http"),
            Map.entry(24, "arm64-uboot-http"),
            Map.entry(25, "riscv32-uefi"),
            Map.entry(26, "riscv32-uefi-http"),
            Map.entry(27, "riscv64-uefi"),
            Map.entry(28, "riscv64-uefi-http"),
            Map.entry(29, "riscv128-uefi"),
            Map.entry(30, "riscv128-uefi-http"),
            Map.entry(31, "s390"),
            Map.entry(32, "s390-extended"),
            Map.entry(33, "mips32-uefi"),
            Map.entry(34, "mips64-uefi"),
            Map.entry(35, "sunway32-uefi"),
            Map.entry(36, "sunway64-uefi"),
            Map.entry(37, "loongarch32-uefi"),
            Map.entry(38, "loongarch32-uefi-http"),
            Map.entry(39, "loongarch64-uefi"),
            Map.entry(40, "loongarch64-uefi-http"),
            Map.entry(41, "arm-rpiboot"));

    public Arch {
        if (code < 0 || code > 0xFFFF) {
            throw new IllegalArgumentException("architecture " + code + " does not fit 16 bits");
        }
    }

    /** Reads {@code PXEClient:Arch:00007:UNDI:003000}, which carries the number too. */
    public static Optional<Arch> inVendorClass(String vendorClass) {
        int at = vendorClass.indexOf(":Arch:");
        if (at < 0) {
            return Optional.empty();
        }
        int start = at + ":Arch:".length();
        int end = start;
        while (end < vendorClass.length() && end - start < 5 && isDigit(vendorClass.charAt(end))) {
            end++;
        }
        if (end == start) {
            return Optional.empty();
        }
        int code = Integer.parseInt(vendorClass.substring(start, end));
        return code > 0xFFFF ? Optional.empty() : Optional.of(new Arch(code));
    }

    /** Whether this firmware fetches its boot file by HTTP (RFC 5970, UEFI 2.5). */
    public boolean isHttp() {
        return HTTP.contains(code);
    }

    public boolean isKnown() {
        return NAMES.containsKey(code);
    }

    /** A name such as {@code x86-bios} or {@code x64-uefi}; {@code unassigned-65535} for a number without one. */
    public String label() {
        return NAMES.getOrDefault(code, "unassigned-" + code);
    }

    @Override
    public String toString() {
        return label();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
