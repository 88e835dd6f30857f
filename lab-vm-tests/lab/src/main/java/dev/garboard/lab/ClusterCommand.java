package dev.garboard.lab;

import dev.garboard.lab.LabMachine.Nodes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** From nothing to a Kubernetes cluster. */
@Command(
        name = "cluster",
        description = {
            "Make a Kubernetes cluster in the lab: brings the lab up, imports a Kubernetes bundle (compiled from pinned sources once, which takes"
                    + " minutes), declares a cluster and waits until all of its nodes are ready, each step only where it is not done yet.",
            "Exit code 0 only when the cluster is ready."
        })
final class ClusterCommand implements Callable<Integer> {

    private static final String NAME = "lab";
    private static final String ROLE = "lab.garboard.dev/role";

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Mixin
    private MachineOptions machineOptions;

    @Option(
            names = "--control-planes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Nodes with etcd and the Kubernetes API: an odd number (default: 1).")
    private int controlPlanes;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Nodes that run pods (default: 2).")
    private int workers;

    @Option(
            names = "--nodes",
            paramLabel = "container|vm",
            defaultValue = "CONTAINER",
            description = "What the machines are made of (default: container, which needs root)."
                    + " A control plane in an emulated virtual machine takes many minutes to answer.")
    private Nodes nodes;

    @Option(
            names = "--worker-nodes",
            paramLabel = "container|vm",
            description =
                    "What the workers are made of, if that is not what the control planes are made of (default: as --nodes)."
                            + " vm beside container control planes is the way to see nodes boot over the network without KVM.")
    private @Nullable Nodes workerNodes;

    @Option(
            names = "--kubernetes",
            paramLabel = "VERSION",
            defaultValue = "1.37",
            description = "For example 1.37 or 1.37.2 (default: 1.37).")
    private String kubernetes;

    @Option(
            names = "--bundle",
            paramLabel = "DIRECTORY",
            description = "Kubernetes as `garboard kubernetes import` takes it, instead of compiling it.")
    private @Nullable Path bundle;

    @Option(
            names = "--memory",
            paramLabel = "MB",
            defaultValue = "2048",
            description = "Of each virtual machine, in MB (default: 2048).")
    private int memory;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "For the cluster to become ready after it is declared (default: 600).")
    private int timeout;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "TEXT",
            description =
                    "json: one object a line, the last one {\"event\":\"cluster-ready\",\"nodes\":N,\"seconds\":...} (default: text).")
    private UpCommand.Output output;

    @Override
    public Integer call() throws IOException {
        check();
        var out = spec.commandLine().getOut();
        Report report = output == UpCommand.Output.JSON ? new JsonReport(out) : new TextReport(out);
        var clock = new StepClock(report);
        int up = up();
        if (up != 0) {
            return up;
        }
        var directory = options.directory();
        var state = LabState.required(directory);
        var processes = new LabProcesses(state.id());
        var site = new LabSite(directory, Distribution.running(), processes, report);
        clock.skip();
        var version = new LabBundle(site).provide(kubernetes, bundle);
        clock.done("bundle", "Kubernetes " + version);
        try (var api = new LabApi(directory, state.operatorPort())) {
            declare(api, state, version);
            requireVersion(api, version);
            clock.done("cluster", "declared");
            var watch = new ClusterWatch(api, NAME, report, clock);
            if (!watch.await(controlPlanes + workers, Duration.ofSeconds(timeout))) {
                return 1;
            }
        }
        var access = new ClusterAccess(directory, state, processes).open(NAME);
        report.say("");
        report.say(access.command() + " get nodes");
        report.clusterReady(controlPlanes + workers, clock.sinceStart());
        return 0;
    }

    private void check() {
        if (controlPlanes < 1 || controlPlanes % 2 == 0 || workers < 0 || controlPlanes + workers > LabMachine.MOST) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--control-planes is " + controlPlanes + " and --workers " + workers
                            + "; expected an odd number of control planes and " + LabMachine.MOST + " nodes at most");
        }
    }

    /** What each machine is made of: control planes are the first ones. */
    private String kinds() {
        var ofWorkers = workerNodes == null ? nodes : workerNodes;
        return Stream.concat(Stream.generate(() -> nodes).limit(controlPlanes), Stream.of(ofWorkers))
                .map(Nodes::name)
                .collect(Collectors.joining(","));
    }

    /** {@code lab up} with as many machines. */
    private int up() {
        var arguments = new ArrayList<>(List.of(
                "--nodes",
                kinds(),
                "--machines",
                Integer.toString(controlPlanes + workers),
                "--memory",
                Integer.toString(memory),
                "--output",
                output.name(),
                "--directory",
                options.directory().root().toString()));
        arguments.addAll(machineOptions.arguments());
        var lab = Objects.requireNonNull(spec.commandLine().getParent(), "a command of lab");
        return Objects.requireNonNull(lab.getSubcommands().get("up")).execute(arguments.toArray(String[]::new));
    }

    /** A cluster that is there stays as it is. */
    private static void requireVersion(LabApi api, String version) throws IOException {
        var declared = api.get("clusters/" + NAME).at("/spec/version").asString("");
        if (!declared.equals(version)) {
            throw new LabException("the lab's cluster is declared with Kubernetes " + declared + ", and " + version
                    + " was asked for; upgrade it: garboard cluster upgrade " + NAME + " --version " + version
                    + ", or begin anew: delete the Cluster, then run this again");
        }
    }

    /** The first machines become control planes. Nothing changes where all of that was said already. */
    private void declare(LabApi api, LabState state, String version) throws IOException {
        var machines = state.machines();
        for (int number : IntStream.range(0, machines.size()).toArray()) {
            var machine = machines.get(number);
            if (machine.disk() > 0) {
                api.patch(
                        "machines/" + machine.name(),
                        Map.of("spec", Map.of("stateDisk", Map.of("disk", machine.diskSerial()))));
            }
            api.patch(
                    "machines/" + machine.name(),
                    Map.of(
                            "metadata",
                            Map.of("labels", Map.of(ROLE, number < controlPlanes ? "control-plane" : "worker"))));
        }
        api.create(
                "clusters",
                Map.of(
                        "apiVersion",
                        "garboard.dev/v1alpha1",
                        "kind",
                        "Cluster",
                        "metadata",
                        Map.of("name", NAME),
                        "spec",
                        Map.of(
                                "version",
                                version,
                                "controlPlane",
                                Map.of("selector", Map.of(ROLE, "control-plane")),
                                "workers",
                                Map.of("selector", Map.of(ROLE, "worker")),
                                "podCidr",
                                "10.244.0.0/16",
                                "serviceCidr",
                                "10.96.0.0/16")));
    }
}
