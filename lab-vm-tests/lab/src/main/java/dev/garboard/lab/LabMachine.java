package dev.garboard.lab;

/**
 * One virtual machine.
 *
 * @param name also its SMBIOS serial, from which the lab's enrolment rule names it
 * @param accelerator of QEMU: {@code tcg} or {@code kvm}
 */
record LabMachine(String name, String mac, String uuid, String tap, Firmware firmware, int memory, String accelerator) {

    enum Firmware {
        BIOS,
        UEFI
    }

    /** More would need taps and MAC addresses of another shape, and no workstation runs them. */
    static final int MOST = 99;

    /** The same machine each time: what is known about it in the inventory stays true. */
    static LabMachine numbered(int number, Firmware firmware, int memory, String accelerator) {
        return new LabMachine(
                "m" + number,
                "52:54:00:77:00:%02x".formatted(0x10 + number),
                "77000000-0000-4000-8000-%012d".formatted(number),
                "tap" + number,
                firmware,
                memory,
                accelerator);
    }

    String role() {
        return "machine-" + name;
    }
}
