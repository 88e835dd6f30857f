package dev.garboard.inventory;

import java.util.List;
import java.util.Map;

/** Why a boot probably stopped where it did, and what to look at. */
final class BootCauses {

    private static final Map<String, String> AFTER = Map.ofEntries(
            Map.entry(
                    "",
                    "nothing was heard after the first packet: our offer did not reach the firmware, or it preferred another DHCP"
                            + " server. Look for a second DHCP server and for DHCP snooping on the switch"),
            Map.entry(
                    "dhcp",
                    "the machine was answered and fetched nothing: UDP port 69 (TFTP) or TCP port 80 (HTTP) to this server is blocked,"
                            + " or the firmware took the offer of another DHCP server. Check the firewall between them"),
            Map.entry(
                    "loader",
                    "the loader was fetched and did not ask for its script: Secure Boot refused it, it does not know the network card, or"
                            + " the switch port was not forwarding yet (enable portfast). Look at the console"),
            Map.entry(
                    "script",
                    "the script was fetched and the kernel was not: TCP port 80 to this server is blocked, or the loader stopped on an"
                            + " error. Look at the console"),
            Map.entry(
                    "kernel",
                    "the kernel was fetched and the initramfs was not: the link was lost, or the machine has too little memory. Look at"
                            + " the console"),
            Map.entry(
                    "initramfs",
                    "the root image was not fetched: the link was lost, or the machine has too little memory for it. Look at the"
                            + " console"),
            Map.entry(
                    "root",
                    "everything was fetched and the agent was never heard of: the root image was refused by dm-verity, the kernel"
                            + " panicked or hangs, or it has no driver for the network card. Look at the console"),
            Map.entry(
                    "stage-0",
                    "stage-0 ran and the agent was never heard of: the root image was refused by dm-verity, or the agent did not start."
                            + " Look at the console"),
            Map.entry(
                    "network",
                    "the agent has an address and never connected: TCP port 7443 to this server is blocked, or the image was built with"
                            + " the CA of another site (`garboard image inspect`)"),
            Map.entry(
                    "agent",
                    "the agent connected and was not enrolled: it waits to be accepted (`garboard machine accept`), was rejected, or its"
                            + " clock is so wrong that certificates are refused. Look at `garboard machine show`"),
            Map.entry(
                    "enrolled",
                    "the machine was enrolled and did not become ready: the agent stopped, or its stream to TCP port 7443 was cut. Look"
                            + " at `garboard node MACHINE services` and at the console"),
            Map.entry(
                    "ready",
                    "the machine was ready and said no goodbye: it lost power, was reset, or the kernel or the agent died. Look at the"
                            + " console and at the power supply"));

    private BootCauses() {}

    static String of(List<BootSessionStatus.Step> steps) {
        var furthest = BootTimeline.furthest(steps);
        var likely = AFTER.getOrDefault(furthest, AFTER.get(""));
        var last = steps.isEmpty() ? null : steps.getLast();
        if (last != null && !last.outcome().equals("ok") && !last.stage().equals("lost")) {
            return "the last step, " + last.stage() + " over " + last.protocol() + ", " + last.outcome()
                    + (last.bytes() > 0 ? " after " + last.bytes() + " bytes" : "")
                    + (last.detail().isEmpty() ? "" : ": " + last.detail()) + ". Otherwise " + likely;
        }
        return String.valueOf(likely);
    }
}
