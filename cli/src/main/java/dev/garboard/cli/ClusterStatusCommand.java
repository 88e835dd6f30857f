package dev.garboard.cli;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.ClusterCertificate;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.agentapi.v1.KubernetesStatusRequest;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.Resource;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** One screen about a cluster. */
@Command(
        name = "status",
        description = "Show a cluster on one screen: conditions, nodes, control planes, etcd, DNS, certificates.")
final class ClusterStatusCommand implements Callable<Integer> {

    private static final String DNS = "dns";

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "NAME", description = "The cluster.")
    private String name;

    /** What a control plane said; or why it said nothing. */
    private record Said(
            String machine,
            @Nullable KubernetesStatusResponse kubernetes,
            @Nullable EtcdStatusResponse etcd,
            String trouble) {}

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            var cluster = api.resource(Kinds.CLUSTER, name);
            var said = ask(cluster.status());
            if (output.isTable()) {
                show(out, cluster, said);
            } else {
                output.write(out, json((ObjectNode) api.get(Kinds.CLUSTER, name), said));
            }
            return ExitCode.OK;
        }
    }

    private List<Said> ask(ClusterStatus status) {
        var calls = new ClusterNodeCalls(site.kubeconfig());
        var said = new ArrayList<Said>();
        for (var node : ClusterNodeCalls.controlPlanes(status)) {
            try {
                said.add(new Said(
                        node.machine(),
                        calls.ask(
                                node.machine(),
                                kubernetes ->
                                        kubernetes.kubernetesStatus(KubernetesStatusRequest.getDefaultInstance())),
                        calls.ask(
                                node.machine(),
                                kubernetes -> kubernetes.etcdStatus(EtcdStatusRequest.getDefaultInstance())),
                        ""));
            } catch (CommandException silent) {
                said.add(new Said(node.machine(), null, null, String.valueOf(silent.getMessage())));
            }
        }
        return said;
    }

    private static void show(PrintWriter out, Resource<ClusterSpec, ClusterStatus> cluster, List<Said> controlPlanes) {
        var status = cluster.status();
        Terminal.printf(
                out,
                "%s: %s, Kubernetes %s, control planes %d/%d, workers %d/%d%n",
                cluster.name(),
                status.phase(),
                version(cluster),
                status.controlPlanesReady(),
                status.controlPlanes(),
                status.workersReady(),
                status.workers());
        out.println();
        for (var condition : status.conditions()) {
            Terminal.printf(
                    out,
                    "%s %-19s %s%n",
                    condition.status().equals("True") ? "+" : "!",
                    condition.type(),
                    condition.message());
        }
        out.println();
        ClusterNodesCommand.table(out, status);
        if (!controlPlanes.isEmpty()) {
            out.println();
            TextTable.print(
                    out,
                    List.of("Control plane", "Components", "etcd", "DNS", "Certificates"),
                    controlPlanes.stream().map(ClusterStatusCommand::row).toList());
        }
        out.flush();
    }

    /** What runs; and where that leads, while it does not run everywhere. */
    private static String version(Resource<ClusterSpec, ClusterStatus> cluster) {
        var upgrade = cluster.status().upgrade();
        var runs = cluster.status().version();
        if (upgrade == null || !upgrade.isActive()) {
            return runs == null ? cluster.spec().version() : runs;
        }
        var bundle = upgrade.bundle();
        long moved = bundle == null
                ? 0
                : cluster.status().nodes().stream()
                        .filter(node -> bundle.equals(node.bundle()))
                        .count();
        return upgrade.from() + " on its way to " + upgrade.to() + " (" + moved + " of "
                + cluster.status().nodes().size() + " nodes)";
    }

    private static List<String> row(Said said) {
        var kubernetes = said.kubernetes();
        var etcd = said.etcd();
        if (kubernetes == null || etcd == null) {
            return List.of(said.machine(), said.trouble(), "-", "-", "-");
        }
        var unhealthy = kubernetes.getComponentsList().stream()
                .filter(component ->
                        !component.getHealthy() && !component.getName().equals(DNS))
                .map(component -> component.getName() + ": " + component.getMessage())
                .toList();
        return List.of(
                said.machine(),
                unhealthy.isEmpty() ? "healthy" : String.join("; ", unhealthy),
                etcd(etcd),
                dns(kubernetes.getComponentsList()),
                certificates(kubernetes.getCertificatesList()));
    }

    private static String etcd(EtcdStatusResponse etcd) {
        var role = etcd.getLearner()
                ? "learner"
                : etcd.getLeaderId().isEmpty()
                        ? "no leader"
                        : etcd.getLeaderId().equals(etcd.getMemberId()) ? "leader" : "follower";
        var errors = etcd.getErrorsList().isEmpty() ? "" : ", " + String.join(", ", etcd.getErrorsList());
        return String.format(Locale.ROOT, "%s, %.1f MB%s", role, etcd.getDatabaseBytes() / 1e6, errors);
    }

    /** Said by each control plane for itself: it may be the way from there to CoreDNS that is broken. */
    private static String dns(List<KubernetesComponent> components) {
        return components.stream()
                .filter(component -> component.getName().equals(DNS))
                .findFirst()
                .map(dns -> dns.getHealthy() ? "answers" : dns.getMessage())
                .orElse("-");
    }

    /** The one that ends first. */
    private static String certificates(List<ClusterCertificate> certificates) {
        return certificates.stream()
                .min(Comparator.comparing(certificate -> instant(certificate.getNotAfter())))
                .map(first -> Duration.between(Instant.now(), instant(first.getNotAfter()))
                                .toDays()
                        + " days left (" + first.getName() + ")")
                .orElse("-");
    }

    private static ObjectNode json(ObjectNode cluster, List<Said> controlPlanes) {
        var all = cluster.putArray("controlPlanes");
        for (var said : controlPlanes) {
            var node = all.addObject().put("machine", said.machine()).put("trouble", said.trouble());
            if (said.kubernetes() != null) {
                node.set("kubernetes", MessageJson.write(said.kubernetes()));
            }
            if (said.etcd() != null) {
                node.set("etcd", MessageJson.write(said.etcd()));
            }
        }
        return cluster;
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
