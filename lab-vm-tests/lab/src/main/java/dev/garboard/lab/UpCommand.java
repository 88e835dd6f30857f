package dev.garboard.lab;

import dev.garboard.lab.LabMachine.Firmware;
import dev.garboard.lab.LabMachine.Nodes;
import dev.garboard.lab.LabState.Maker;
import dev.garboard.lab.LabState.Phase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** From nothing to machines that are ready. */
@Command(
        name = "up",
        description = {
            "Make a lab and boot machines in it: installs the Debian packages that are missing, makes a site, builds"
                    + " and imports a node image, starts the server in a private network and powers machines on, each step"
                    + " only where it is not done yet. On a lab that is up it powers on the machines that are off and"
                    + " waits for all of them.",
            "Exit code 0 only when all machines are ready. A machine that is not is left as it is, to be looked at."
        })
final class UpCommand implements Callable<Integer> {

    enum Output {
        TEXT,
        JSON
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Mixin
    private MachineOptions machineOptions;

    @Option(names = "--machines", paramLabel = "N", defaultValue = "1", description = "How many (default: 1).")
    private int count;

    @Option(
            names = "--nodes",
            paramLabel = "container|vm",
            split = ",",
            defaultValue = "VM",
            description =
                    "vm: virtual machines; container: the same image and agent in containers, as root (default: vm). A"
                            + " list, such as container,vm, says it of one machine after the other, its last word of all"
                            + " further ones.")
    private List<Nodes> nodes;

    @Option(
            names = "--firmware",
            paramLabel = "bios|uefi",
            defaultValue = "BIOS",
            description = "bios: SeaBIOS with iPXE; uefi: OVMF (default: bios).")
    private Firmware firmware;

    @Option(
            names = "--memory",
            paramLabel = "MB",
            defaultValue = "1024",
            description = "Of each virtual machine, in MB (default: 1024).")
    private int memory;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "For the machines to become ready after they are powered on (default: 300).")
    private int timeout;

    @Option(
            names = "--accel",
            paramLabel = "tcg|kvm|auto",
            defaultValue = "TCG",
            description = "Emulate, use KVM, or use KVM where a trial shows that it works (default: tcg).")
    private Accelerator accelerator;

    @Option(
            names = "--keep-going",
            description = "Wait for the other machines when one has failed, instead of stopping at once.")
    private boolean keepGoing;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "TEXT",
            description = "json: one object a line, the last one {\"event\":\"ready\",\"machines\":N,\"seconds\":...}"
                    + " (default: text).")
    private Output output;

    @Override
    public Integer call() throws IOException {
        check();
        var out = spec.commandLine().getOut();
        Report report = output == Output.JSON ? new JsonReport(out) : new TextReport(out);
        var directory = options.directory();
        directory.create();
        if (plan().has(Nodes.CONTAINER)) {
            ContainerNode.check(directory);
        }
        var running = running(directory, report);
        return (running.isPresent() ? goOn(running.get(), directory, report) : up(directory, report)) ? 0 : 1;
    }

    private void check() {
        if (count < 1 || count > LabMachine.MOST) {
            throw new ParameterException(
                    spec.commandLine(), "--machines is " + count + "; expected 1 to " + LabMachine.MOST);
        }
        if (memory < 512) {
            throw new ParameterException(
                    spec.commandLine(), "--memory is " + memory + "; the node image lives in memory, 512 is the least");
        }
        machineOptions.check(spec);
    }

    /** The lab that is up, if there is one; what an {@code up} left behind that was killed while it made one is removed. */
    private static Optional<LabState> running(LabDirectory directory, Report report) {
        var former = LabState.read(directory);
        if (former.isEmpty()) {
            return former;
        }
        var state = former.get();
        if (state.phase() == Phase.STARTING && state.maker().isAlive()) {
            throw new LabException("another `garboard lab up` is at work on this lab (process "
                    + state.maker().pid() + ")");
        }
        var processes = new LabProcesses(state.id());
        if (state.phase() == Phase.UP && processes.find(LabServer.ROLE).isPresent()) {
            return former;
        }
        report.say("Removing what is left of a former lab.");
        processes.endAll();
        new ContainerCgroups(state.id()).remove();
        LabState.delete(directory);
        return Optional.empty();
    }

    /** Nothing of a lab that is up is made again; a machine that is off is powered on. */
    private boolean goOn(LabState state, LabDirectory directory, Report report) throws IOException {
        var clock = new StepClock(report);
        var asked = machines(directory);
        if (!asked.equals(state.machines())) {
            throw new LabException("the lab is up already, with " + MachinePlan.description(state.machines())
                    + "; asked for are " + MachinePlan.description(asked)
                    + ". End it first (garboard lab down), or ask for what it has");
        }
        var processes = new LabProcesses(state.id());
        var network = LabNetwork.of(processes, state);
        try (var api = new LabApi(directory, state.operatorPort())) {
            new LabServer(directory, processes, network, state.operatorPort()).awaitReady(api);
            clock.done("server", "answers at https://127.0.0.1:" + state.operatorPort());
            var watch = new BootWatch(directory, processes, api, report);
            var power = new MachinePower(directory, processes, network);
            for (var machine : state.machines()) {
                var found = processes.find(machine.role());
                watch.add(
                        machine,
                        found.flatMap(on -> on.handle().info().startInstant()).orElseGet(Instant::now));
                if (found.isEmpty()) {
                    power.on(machine);
                }
            }
            clock.done("machines", MachinePlan.description(state.machines()));
            return watch(watch, directory, report, clock, state.machines());
        }
    }

    private boolean up(LabDirectory directory, Report report) throws IOException {
        var clock = new StepClock(report);
        packages(directory, clock);
        var id = UUID.randomUUID().toString();
        var machines = machines(directory);
        machines.forEach(machine -> LabDirectory.reachable(directory.consoleSocket(machine.name())));
        var state = new LabState(id, Phase.STARTING, Maker.self(), !Shell.isRoot(), LabServer.freePorts(), machines);
        state.write(directory);

        var processes = new LabProcesses(id);
        var distribution = Distribution.running();
        var site = new LabSite(directory, distribution, processes, report);
        site.make();
        site.writeKubeconfig(state.operatorPort());
        clock.done("site", directory.shown(directory.site()));
        clock.done("image", site.image() ? "built, signed and imported" : "the one of the last time");

        var network = LabNetwork.make(processes, state, directory);
        clock.done("network", LabNetwork.SUBNET + " in a namespace of its own");
        var server = new LabServer(directory, processes, network, state.operatorPort());
        server.start(distribution.copyTo(directory.distribution()));
        try (var api = new LabApi(directory, state.operatorPort())) {
            server.awaitReady(api);
            api.prefer(site.imageName());
            clock.done("server", "answers at https://127.0.0.1:" + state.operatorPort());
            var watch = new BootWatch(directory, processes, api, report);
            var power = new MachinePower(directory, processes, network);
            for (var machine : machines) {
                watch.add(machine, Instant.now());
                power.on(machine);
            }
            state.up().write(directory);
            clock.done("machines", MachinePlan.description(machines));
            return watch(watch, directory, report, clock, machines);
        }
    }

    private MachinePlan plan() {
        return new MachinePlan(count, nodes, firmware, machineOptions.cpus(), memory, machineOptions.disk());
    }

    /** Only virtual machines need an accelerator, and to choose one may take a trial. */
    private List<LabMachine> machines(LabDirectory directory) {
        return plan().machines(plan().has(Nodes.VM) ? accelerator.choose(directory) : "");
    }

    private boolean watch(
            BootWatch watch, LabDirectory directory, Report report, StepClock clock, List<LabMachine> machines) {
        var first = machines.getFirst().name();
        if (!watch.await(Duration.ofSeconds(timeout), keepGoing)) {
            report.say("");
            report.say("The lab is left as it is. Look: ./garboard lab console " + first
                    + ", ./garboard lab logs, ./garboard boots. End it: ./garboard lab down");
            return false;
        }
        report.ready(machines.size(), clock.sinceStart());
        List.of(
                        "",
                        "Try:  ./garboard machine list            what the inventory knows",
                        "      ./garboard boots " + first + "                how it booted, step by step",
                        "      ./garboard node " + first
                                + " services        what runs on it; also version, hardware, logs -f, dmesg -f",
                        "      ./garboard lab console " + first + "          its screen",
                        "      ./garboard lab down                ends all of it",
                        "      kubectl --kubeconfig " + directory.shown(directory.kubeconfig()) + " get machines -w")
                .forEach(report::say);
        return true;
    }

    private static void packages(LabDirectory directory, StepClock clock) {
        var missing = DebianPackages.missing();
        if (!missing.isEmpty()) {
            clock.progress("packages", "installing " + String.join(" ", missing));
            DebianPackages.install(missing, directory.log("packages"), line -> clock.progress("packages", line));
        }
        clock.done("packages", missing.isEmpty() ? "all there" : "installed " + missing.size());
    }
}
