package dev.garboard.cli;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceJson;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Declares a cluster. */
@Command(
        name = "create",
        description = "Declare a cluster: machines with these labels become its nodes, now and later.")
final class ClusterCreateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    // Here --version is Kubernetes', so picocli leaves all standard options out. It alone reads this field.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name;

    @Option(
            names = {"--version", "--kubernetes"},
            paramLabel = "VERSION",
            required = true,
            description = "Of Kubernetes, for example 1.37.2; `garboard kubernetes list` shows which were imported.")
    private String version;

    @Option(
            names = "--control-planes",
            paramLabel = "LABELS",
            required = true,
            description = "Labels of the machines that run etcd and the API, for example role=control-plane.")
    private String controlPlanes;

    @Option(
            names = "--workers",
            paramLabel = "LABELS",
            description = "Labels of the machines that run pods, for example role=worker.")
    private @Nullable String workers;

    @Option(
            names = "--pod-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.244.0.0/16",
            description = "Addresses of pods; each node gets a /24 (default: ${DEFAULT-VALUE}).")
    private String podCidr;

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.96.0.0/16",
            description = "Addresses of services (default: ${DEFAULT-VALUE}).")
    private String serviceCidr;

    @Option(
            names = "--pod-network",
            paramLabel = "bridge|none",
            defaultValue = "BRIDGE",
            description =
                    "Who connects the pods. bridge: the agents; none: a manifest that you apply, such as Cilium's or"
                            + " Calico's; until then no node is ready (default: bridge).")
    private ClusterSpec.PodNetwork podNetwork;

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            description = "Where people reach the API, for example a load balancer; by default a control plane itself.")
    private @Nullable String endpoint;

    @Option(names = "--schedulable", description = "Let ordinary pods run on control planes too.")
    private boolean schedulable;

    @Override
    public Integer call() {
        var declared = new ClusterSpec(
                version,
                new ClusterSpec.ControlPlane(Labels.parse("--control-planes", controlPlanes), schedulable),
                new ClusterSpec.Workers(workers == null ? Map.of() : Labels.parse("--workers", workers)),
                podCidr,
                serviceCidr,
                "cluster.local",
                podNetwork,
                endpoint);
        var document = ResourceJson.write(
                new Resource<>(Kinds.CLUSTER, ObjectMeta.named(name), declared, ClusterStatus.declared()));
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            var created = api.create(Kinds.CLUSTER, document);
            if (output.isTable()) {
                Terminal.println(
                        out,
                        "cluster " + name + ": declared; `garboard cluster status " + name + "` shows how it comes on");
                out.flush();
            } else {
                output.write(out, created);
            }
            return ExitCode.OK;
        }
    }
}
