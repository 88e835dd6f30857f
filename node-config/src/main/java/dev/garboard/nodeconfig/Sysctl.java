package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Checked;
import dev.garboard.nodeconfig.binding.Matches;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.Size;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Parameters of the kernel. A node has one such document, so that two layers that set one parameter to different values are found.
 *
 * @param values by key, at most 256; in the units of each parameter (the kernel's Documentation/admin-guide/sysctl). A key is written as sysctl(8) has it, below {@code net}, {@code vm}, {@code kernel} or
 *     {@code fs} and at most 128 characters: {@code net.core.somaxconn}; a dot inside a name is a slash, {@code net.ipv4.conf.enp3s0/200.rp_filter} is that of the VLAN {@code enp3s0.200}. A value has 1 to 256 printable characters,
 *     several numbers with blanks between them: {@code 4096 131072 6291456}
 */
public record Sysctl(
        @WrittenEmpty @Size(max = 256)
        SortedMap<
                        @Matches(
                                value = "(?=.{1,128}$)(net|vm|kernel|fs)(\\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+",
                                expected = "a parameter below net, vm, kernel or fs, such as net.core.somaxconn")
                        String,
                        @Matches(
                                value = "[!-~]([ -~\\t]{0,254}[!-~])?",
                                expected = "1 to 256 printable characters without blanks around them")
                        String>
                values)
        implements NodeDocument, Checked {

    public static final String KIND = "Sysctl";

    private static final String STARTS_PROGRAMS =
            "it names a program that the kernel starts as root, and only what the image vouches for may run";

    private static final String NO_WAY_BACK = "it could not be taken back before the next start";

    private static final String OF_KUBELET = "the kubelet sets it when it starts";

    private static final String OF_POD_NETWORK = "pods are not reachable without it, and the node sets it";

    private static final String IS_AN_ACT =
            "it makes the kernel do something once, and is no state that the node could be in";

    /** What would break the node, or would be fought over with a program of the node, and why. Those that end with a dot stand for all below them. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("kernel.hostname", "the document Hostname says it"),
            Map.entry("kernel.modprobe", STARTS_PROGRAMS),
            Map.entry("kernel.core_pattern", STARTS_PROGRAMS),
            Map.entry("kernel.poweroff_cmd", STARTS_PROGRAMS),
            Map.entry("kernel.usermodehelper.", STARTS_PROGRAMS),
            Map.entry("fs.binfmt_misc.", STARTS_PROGRAMS),
            Map.entry("kernel.modules_disabled", NO_WAY_BACK),
            Map.entry("kernel.kexec_load_disabled", NO_WAY_BACK),
            Map.entry("kernel.panic", OF_KUBELET),
            Map.entry("kernel.panic_on_oops", OF_KUBELET),
            Map.entry("kernel.keys.root_maxkeys", OF_KUBELET),
            Map.entry("kernel.keys.root_maxbytes", OF_KUBELET),
            Map.entry("vm.overcommit_memory", OF_KUBELET),
            Map.entry("vm.panic_on_oom", OF_KUBELET),
            Map.entry("net.ipv4.ip_forward", OF_POD_NETWORK),
            Map.entry("net.ipv4.conf.all.forwarding", OF_POD_NETWORK),
            Map.entry("net.bridge.bridge-nf-call-iptables", OF_POD_NETWORK),
            Map.entry("vm.drop_caches", IS_AN_ACT),
            Map.entry("vm.compact_memory", IS_AN_ACT),
            Map.entry("net.ipv4.route.flush", IS_AN_ACT),
            Map.entry("net.ipv6.route.flush", IS_AN_ACT));

    public Sysctl {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void check(Place here) {
        values.keySet()
                .forEach(key -> REFUSED.forEach((refused, reason) -> {
                    if (refused.endsWith(".") ? key.startsWith(refused) : key.equals(refused)) {
                        here.field("values").key(key).wrong(key, "another parameter; of this one: " + reason);
                    }
                }));
    }
}
