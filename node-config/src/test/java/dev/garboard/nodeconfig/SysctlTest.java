package dev.garboard.nodeconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlTest {

    private static final DocumentReader READER = new DocumentReader(Map.of(Sysctl.KIND, Sysctl.class));

    private static NodeDocument read(String spec) {
        var content = """
                {"apiVersion": "node.garboard.dev/v1alpha1", "kind": "Sysctl", "metadata": {"name": "default"}, "spec": %s}
                """.formatted(spec);
        return READER.parse("Sysctl/default", content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsWhatItWrites() {
        var sysctl = new Sysctl(new TreeMap<>(Map.of(
                "net.core.somaxconn", "4096",
                "net.ipv4.conf.enp3s0/200.rp_filter", "2",
                "net.ipv4.tcp_rmem", "4096\t131072 6291456",
                "vm.swappiness", "10",
                "kernel.pid_max", "4194304",
                "fs.inotify.max_user_watches", "524288")));

        assertEquals(sysctl, READER.parse("Sysctl/default", Documents.render(sysctl)));
        assertEquals(new Sysctl(new TreeMap<>()), read("{}"));
    }

    record Refused(String spec, String message) {}

    static final List<Refused> refused = List.of(
            new Refused(
                    "{\"values\": {\"vm.swappiness\": 10}}",
                    "Sysctl/default: spec.values[vm.swappiness]: found 10, expected 1 to 256 printable characters without blanks around them"),
            new Refused(
                    "{\"values\": {\"vm.swappiness\": \"\"}}",
                    "Sysctl/default: spec.values[vm.swappiness]: found \"\", expected 1 to 256 printable characters without blanks around them"),
            new Refused(
                    "{\"values\": {\"vm.swappiness\": \"1 \"}}",
                    "Sysctl/default: spec.values[vm.swappiness]: found \"1 \", expected 1 to 256 printable characters without blanks around them"),
            new Refused(
                    "{\"values\": {\"net/core/somaxconn\": \"1\"}}",
                    "Sysctl/default: spec.values[net/core/somaxconn]: found \"net/core/somaxconn\", expected a parameter below net, vm, kernel or fs, such as net.core.somaxconn"),
            new Refused(
                    "{\"values\": {\"kernel.modules_disabled\": \"0\"}}",
                    "Sysctl/default: spec.values[kernel.modules_disabled]: found \"kernel.modules_disabled\", expected another parameter; of this one: it could not be taken back before the next start"),
            new Refused("{\"values\": []}", "Sysctl/default: spec.values: found [], expected an object of at most 256"),
            new Refused("{\"value\": {}}", "Sysctl/default: spec.value: unknown field; did you mean values?"));

    @ParameterizedTest
    @FieldSource("refused")
    void refusesWithPathAndExpectation(Refused refused) {
        var refusal = assertThrows(DocumentException.class, () -> read(refused.spec()));

        assertEquals(refused.message(), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net",
                "net.",
                "dev.cdrom.info",
                "user.max_user_namespaces",
                "net..core",
                "net.ipv4./..x",
                "net.ipv4.conf.x/",
                "net.core.so maxconn",
                "../etc/passwd",
                "kernel.hostname",
                "kernel.modprobe",
                "kernel.core_pattern",
                "kernel.poweroff_cmd",
                "kernel.usermodehelper.bset",
                "fs.binfmt_misc.register",
                "kernel.kexec_load_disabled",
                "kernel.panic",
                "kernel.panic_on_oops",
                "kernel.keys.root_maxkeys",
                "kernel.keys.root_maxbytes",
                "vm.overcommit_memory",
                "vm.panic_on_oom",
                "net.ipv4.ip_forward",
                "net.ipv4.conf.all.forwarding",
                "net.bridge.bridge-nf-call-iptables",
                "vm.drop_caches",
                "vm.compact_memory",
                "net.ipv4.route.flush",
                "net.ipv6.route.flush"
            })
    void refusesTheKey(String key) {
        assertThrows(DocumentException.class, () -> read("{\"values\": {\"" + key + "\": \"1\"}}"));
    }

    @Test
    void hasBounds() {
        var longest = "net." + "x".repeat(124);
        var most = IntStream.range(0, 256)
                .mapToObj(i -> "\"net.x" + i + "\": \"1\"")
                .collect(Collectors.joining(", "));

        read("{\"values\": {\"" + longest + "\": \"" + "1".repeat(256) + "\"}}");
        read("{\"values\": {" + most + "}}");
        assertThrows(DocumentException.class, () -> read("{\"values\": {\"" + longest + "x\": \"1\"}}"));
        assertThrows(DocumentException.class, () -> read("{\"values\": {\"vm.x\": \"" + "1".repeat(257) + "\"}}"));
        assertThrows(DocumentException.class, () -> read("{\"values\": {\"vm.x\": \"1\", " + most + "}}"));
    }
}
