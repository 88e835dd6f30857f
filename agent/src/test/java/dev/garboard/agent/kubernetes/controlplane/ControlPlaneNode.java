package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.DocumentApplier;
import dev.garboard.agent.kubernetes.DocumentInput;
import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.kubernetes.TestNode;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.trust.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One control-plane node of {@link ControlPlaneIT}, in a network namespace of its own: applies the documents as an agent does, runs the
 * static pods as processes, and then answers commands, one a line.
 */
final class ControlPlaneNode {

    private final Children children = new Children();
    private final ServiceTable services = new ServiceTable();
    private final ControlPlanePaths paths;
    private final Map<String, String> keys;
    private final EtcdApplier etcd;
    private final ControlPlaneApplier controlPlane;
    private final CertificateRotation certificates;
    private final TestKubelet kubelet;
    private final KubernetesCalls calls;

    /** How old the certificates are that are made: due to be replaced, but good. */
    private volatile Duration age =
            LeafCertificates.VALIDITY.multipliedBy(2).dividedBy(3).plusDays(1);

    private ControlPlaneNode(Path directory, MountedBundle bundle, Map<String, String> keys) {
        this.keys = keys;
        this.paths = new ControlPlanePaths(
                directory.resolve("pki"), directory.resolve("manifests"), directory.resolve("etcd"));
        children.start();
        var supervisor = new Supervisor(new Random(1), error -> say("fatal " + error));
        var parts = new NodeParts(children, supervisor, services, new Random(1), List::of);
        var shelf = TestNode.shelf(bundle);
        var clock = InstantSource.system();
        certificates = new CertificateRotation(
                services.add("certificates", ""), () -> clock.instant().minus(age));
        var restore = new EtcdRestore(paths);
        etcd = new EtcdApplier(parts, shelf, paths, certificates, restore);
        controlPlane = new ControlPlaneApplier(parts, shelf, paths, certificates, etcd, restore, clock);
        kubelet = new TestKubelet(children, paths.manifests(), bundle.path().resolve("bin"), directory);
        calls = new KubernetesCalls(
                shelf,
                services,
                certificates,
                etcd,
                controlPlane,
                new EtcdRestoreCalls(children, shelf, restore, etcd, controlPlane),
                clock);
    }

    /** Arguments: name, address, directory of all nodes, bundle, version, whether to found, the others as name=address. */
    public static void main(String[] args) throws Exception {
        var root = Path.of(args[2]);
        var bundle = new MountedBundle("test-" + args[4], KubernetesVersion.parse(args[4]), Path.of(args[3]));
        var node = new ControlPlaneNode(root.resolve(args[0]), bundle, keys(root.resolve("keys")));
        var others = new ArrayList<Etcd.Member>();
        for (var other : List.of(args).subList(6, args.length)) {
            var pair = other.split("=", 2);
            others.add(new Etcd.Member(pair[0], Cidr.address(pair[1])));
        }
        node.run(new Etcd(args[0], Cidr.address(args[1]), Boolean.parseBoolean(args[5]), others, "test"));
        System.exit(0);
    }

    private static Map<String, String> keys(Path directory) throws IOException {
        var keys = new TreeMap<String, String>();
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                keys.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return keys;
    }

    private void run(Etcd member) throws Exception {
        apply(etcd, TestNode.input(member, 1, keys));
        say("votes");
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                try {
                    say(answer(line, member));
                } catch (RuntimeException refused) {
                    say("refused " + refused.getMessage());
                }
            }
        }
        kubelet.stopAll();
        etcd.close();
    }

    private String answer(String command, Etcd member) throws Exception {
        return switch (command) {
            case "members" ->
                calls.etcd().members().getMembersList().stream()
                        .map(one -> one.getName() + (one.getLearner() ? " learns" : " votes"))
                        .sorted()
                        .collect(Collectors.joining(", "));
            case "snapshot" -> snapshot();
            case "defragment" -> "defragmented " + (calls.etcd().defragment().getBytesAfter() > 0);
            case "alarms" -> "alarms " + calls.etcd().alarms(true).getAlarmsCount();
            case "control-plane" -> {
                apply(controlPlane, TestNode.input(controlPlane(member), 1, keys));
                yield "ready";
            }
            case "addons" -> {
                while (services.find("addons").filter(s -> s.status().healthy()).isEmpty()) {
                    kubelet.look();
                    Thread.sleep(100);
                }
                yield "addons";
            }
            case "kubeconfig" ->
                Files.writeString(
                                paths.pki().resolve("../admin.kubeconfig").normalize(),
                                controlPlane
                                        .access()
                                        .orElseThrow()
                                        .kubeconfig("alice", Role.READER, Duration.ofHours(1)))
                        .toString();
            case "rotate" -> {
                var rotation = new RotationWatch(controlPlane.access().orElseThrow());
                age = Duration.ZERO;
                apply(etcd, TestNode.input(member, 1, keys));
                apply(controlPlane, TestNode.input(controlPlane(member), 1, keys));
                yield rotation.end();
            }
            case "components" ->
                calls.status().getComponentsList().stream()
                        .map(one -> one.getName() + (one.getHealthy() ? " healthy" : " " + one.getMessage()))
                        .sorted()
                        .collect(Collectors.joining(", "));
            default ->
                command.startsWith("remove ")
                        ? "left " + calls.etcd().remove(command.substring(7)).getMembersCount()
                        : "unknown " + command;
        };
    }

    private String snapshot() throws Exception {
        var file = Files.createTempFile("snapshot", ".db");
        var digest = MessageDigest.getInstance("SHA-256");
        var said = new String[] {""};
        try (var out = Files.newOutputStream(file)) {
            calls.etcd().snapshot(part -> {
                try {
                    part.getData().writeTo(out);
                    digest.update(part.getData().toByteArray());
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
                said[0] = part.getSha256();
                return true;
            });
        }
        boolean right = said[0].equals(HexFormat.of().formatHex(digest.digest()));
        return "snapshot " + (right && Files.size(file) > 10_000);
    }

    private static ControlPlane controlPlane(Etcd member) {
        return new ControlPlane(
                "test",
                member.address(),
                new HostPort(member.address().getHostAddress(), 6443),
                6443,
                Cidr.parse("10.244.0.0/16"),
                Cidr.parse("10.96.0.0/16"),
                "cluster.local",
                List.of("api.example"));
    }

    private void apply(DocumentApplier applier, DocumentInput input) throws Exception {
        var last = "";
        while (true) {
            kubelet.look();
            try {
                applier.apply(input);
                return;
            } catch (DocumentPendingException pending) {
                if (!last.equals(pending.getMessage())) {
                    last = String.valueOf(pending.getMessage());
                    System.err.println(applier.kind() + ": " + last);
                }
                Thread.sleep(100);
            }
        }
    }

    @SuppressWarnings("SystemOut") // what the test reads
    private static void say(String line) {
        System.out.println(line);
    }
}
