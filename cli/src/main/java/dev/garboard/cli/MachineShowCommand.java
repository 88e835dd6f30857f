package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one machine. */
@Command(name = "show", description = "Show what is declared and what was observed of one machine.")
final class MachineShowCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "MACHINE", description = "Its name.")
    private String machine;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            if (output.isTable()) {
                show(out, api.resource(Kinds.MACHINE, machine));
            } else {
                output.write(out, api.get(Kinds.MACHINE, machine));
            }
            return ExitCode.OK;
        }
    }

    private static void show(PrintWriter out, Resource<MachineSpec, MachineStatus> machine) {
        var spec = machine.spec();
        var status = machine.status();
        line(out, "Name", machine.name());
        line(out, "Phase", status.phase());
        line(out, "Acceptance", spec.acceptance().toString().toLowerCase(Locale.ROOT));
        line(out, "Labels", machine.metadata().labels());
        line(out, "Address", status.address() == null ? null : status.address() + ":" + status.apiPort());
        line(out, "MAC addresses", String.join(", ", status.identity().macs()));
        line(out, "System UUID", status.identity().uuid());
        line(out, "Serial", status.identity().systemSerial());
        line(out, "Wanted image", spec.image() == null ? "the preferred one" : spec.image());
        line(out, "Running image", status.image());
        line(out, "Kernel", status.kernelRelease());
        line(out, "Agent", status.agentVersion());
        line(out, "Last seen", status.lastSeen());
        line(out, "Certificate until", status.certificateNotAfter());
        line(out, "Boot session", status.bootSession());
        var disk = status.stateDisk();
        if (disk != null) {
            line(
                    out,
                    "State disk",
                    disk.device() + (disk.serial() == null ? "" : ", serial " + disk.serial())
                            + (disk.wwid() == null ? "" : ", WWID " + disk.wwid()) + ", "
                            + disk.sizeBytes() / 1_000_000_000 + " GB, file system " + disk.fileSystem() + " since "
                            + disk.since());
        }
        for (var document : status.documents()) {
            line(
                    out,
                    document.kind(),
                    "revision " + document.appliedRevision() + " of " + document.desiredRevision()
                            + (document.failedRevision() > 0 ? ", " + document.failedRevision() + " failed" : "")
                            + (document.message().isEmpty() ? "" : ": " + document.message()));
        }
        for (var condition : status.conditions()) {
            line(
                    out,
                    condition.type(),
                    condition.status() + " since " + condition.lastTransitionTime() + ", " + condition.reason() + ": "
                            + condition.message());
        }
        out.flush();
    }

    private static void line(PrintWriter out, String name, @Nullable Object value) {
        Terminal.printf(
                out, "%-18s %s%n", name + ":", value == null || value.toString().isEmpty() ? "-" : value);
    }
}
