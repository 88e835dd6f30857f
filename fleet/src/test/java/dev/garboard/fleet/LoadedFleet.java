package dev.garboard.fleet;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.nio.file.Path;

/** The nodes' server in a process with a small heap. */
public final class LoadedFleet {

    static final String MAC = "52:54:00:00:00:01";

    private LoadedFleet() {}

    /**
     * Serves until its input ends.
     *
     * @param args directory of the site, which is made, and how many accepted machines {@code m0}, {@code m1} and so on there are
     */
    public static void main(String[] args) throws Exception {
        try (var rig = new FleetRig(Path.of(args[0]), true, ConnectionLimits.of(12_000, 64))) {
            rig.rule("all-virtual", Acceptance.ACCEPTED, true);
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                rig.store.create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named("m" + i),
                        MachineSpec.undecided().withAcceptance(Acceptance.ACCEPTED),
                        MachineStatus.unseen()));
            }
            System.out.println("session " + rig.booted(MAC));
            System.out.println("port " + rig.fleet.port());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
