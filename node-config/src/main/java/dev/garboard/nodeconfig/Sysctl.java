package dev.garboard.nodeconfig;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parameters of the kernel. A node has one such document, so that two layers that set one parameter to different values are found.
 *
 * @param values by key, at most 256; in the units of each parameter (the kernel's Documentation/admin-guide/sysctl). A key is written as sysctl(8) has it, below {@code net}, {@code vm}, {@code kernel} or
 *     {@code fs} and at most 128 characters: {@code net.core.somaxconn}; a dot inside a name is a slash, {@code net.ipv4.conf.enp3s0/200.rp_filter} is that of the VLAN {@code enp3s0.200}. A value has 1 to 256 printable characters,
 *     several numbers with blanks between them: {@code 4096 131072 6291456}
 */
public record Sysctl(SortedMap<String, String> values) implements NodeDocument {

    public static final String KIND = "Sysctl";

    private static final int MOST = 256;

    private static final Pattern KEY =
            Pattern.compile("(?=.{1,128}$)(net|vm|kernel|fs)(\\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+");

    private static final Pattern VALUE = Pattern.compile("[!-~]([ -~\\t]{0,254}[!-~])?");

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

    /** Reads what {@code spec} says. */
    public static Sysctl read(Fields spec) {
        var values = spec.map("values", Sysctl::key, Sysctl::value);
        if (values.size() > MOST) {
            throw spec.refusal("values", values.size() + " parameters", "at most " + MOST);
        }
        return new Sysctl(values);
    }

    private static String key(String text) {
        if (!KEY.matcher(text).matches()) {
            throw new IllegalArgumentException("a parameter below net, vm, kernel or fs, such as net.core.somaxconn");
        }
        REFUSED.forEach((refused, reason) -> {
            if (refused.endsWith(".") ? text.startsWith(refused) : text.equals(refused)) {
                throw new IllegalArgumentException("another parameter; of this one: " + reason);
            }
        });
        return text;
    }

    private static String value(String text) {
        if (!VALUE.matcher(text).matches()) {
            throw new IllegalArgumentException("1 to 256 printable characters without blanks around them");
        }
        return text;
    }

    @Override
    public void write(ObjectNode spec) {
        var object = spec.putObject("values");
        values.forEach(object::put);
    }
}
