package dev.garboard.lab;

/**
 * One machine.
 *
 * @param nodes what it is made of
 * @param name also its SMBIOS serial, from which the lab's enrolment rule names it
 * @param tap its port at the bridge
 * @param cpus its processors
 * @param disk its size in GB; 0 for none
 * @param accelerator of QEMU: {@code tcg} or {@code kvm}; nothing for a container, as its firmware and memory
 */
record LabMachine(
        String name,
        Nodes nodes,
        String mac,
        String uuid,
        String tap,
        Firmware firmware,
        int cpus,
        int memory,
        int disk,
        String accelerator) {

    LabMachine {
        if (cpus == 0 && nodes == Nodes.VM) {
            // Written down by a build that gave every machine as many.
            cpus = 2;
        }
    }

    /** What machines are made of. */
    enum Nodes {
        /** Containers that run the node image and its agent on the host's kernel: ready in seconds. */
        CONTAINER,
        /** Virtual machines with firmware and kernel of their own. */
        VM
    }

    enum Firmware {
        BIOS,
        UEFI
    }

    /** Before the name: the role of the process that is the machine. */
    static final String ROLE = "machine-";

    /** More would need taps and MAC addresses of another shape, and no workstation runs them. */
    static final int MOST = 99;

    /** The same machine each time: what is known about it in the inventory stays true. */
    static LabMachine numbered(int number, Nodes nodes, Firmware firmware, int memory, String accelerator) {
        return new LabMachine(
                "m" + number,
                nodes,
                "52:54:00:77:00:%02x".formatted(0x10 + number),
                "77000000-0000-4000-8000-%012d".formatted(number),
                "tap" + number,
                firmware,
                // It has what the host has: what was asked for virtual machines makes no other container of it.
                nodes == Nodes.CONTAINER ? 0 : usualCpus(accelerator),
                nodes == Nodes.CONTAINER ? 0 : memory,
                0,
                accelerator);
    }

    /**
     * Emulated processors stop each other to load a module or to flush what they know of page tables, and who waits for one that the host does not
     * run just now, spins: of two, a sixth of the time goes there, and the machine is ready hardly sooner.
     */
    private static int usualCpus(String accelerator) {
        return accelerator.equals("kvm") ? 2 : 1;
    }

    /** The same machine with that many processors, or the usual number for 0; a container has the host's. */
    LabMachine withCpus(int count) {
        return new LabMachine(
                name,
                nodes,
                mac,
                uuid,
                tap,
                firmware,
                isContainer() || count == 0 ? cpus : count,
                memory,
                disk,
                accelerator);
    }

    /** The same machine with a disk of that many GB; a container has a directory of the host's anyway. */
    LabMachine withDisk(int gigabytes) {
        return new LabMachine(
                name, nodes, mac, uuid, tap, firmware, cpus, memory, isContainer() ? 0 : gigabytes, accelerator);
    }

    /** What its disk tells as its serial number. */
    String diskSerial() {
        return name + "-disk";
    }

    boolean isContainer() {
        return nodes == Nodes.CONTAINER;
    }

    /** What it is, in a few words. */
    String description() {
        return isContainer()
                ? "container"
                : firmware.name() + ", " + cpus + (cpus == 1 ? " CPU, " : " CPUs, ") + memory + " MB, "
                        + (disk == 0 ? "" : "disk of " + disk + " GB, ") + accelerator;
    }

    String role() {
        return ROLE + name;
    }
}
