package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is declared of one physical machine.
 *
 * @param acceptance whether the machine may have configuration and a certificate
 * @param identity what a machine that was declared before it was ever seen is recognised by
 * @param image name of the image to boot; null means the preferred image
 * @param hostname null means the machine's name
 * @param dnsServers resolvers instead of those of the subnet; empty means those of the subnet
 * @param allowWeakIdentity whether the machine may enrol with no more proof than its boot session and subnet; null means what the
 *     site says
 * @param stateDisk where the machine keeps what outlives a start, once it is part of a cluster; null means in memory
 */
public record MachineSpec(
        @Default("Pending") Acceptance acceptance,
        @Default("{}") MachineIdentity identity,
        @Nullable String image,
        @Nullable String hostname,
        List<String> dnsServers,
        List<String> timeServers,
        @Nullable Boolean allowWeakIdentity,
        @Nullable StateDisk stateDisk) {

    /**
     * A disk of the machine.
     *
     * @param disk its serial number, its WWID or its kernel name such as {@code nvme0n1}
     * @param overwrite whether it may be formatted although something else is on it; the server makes an order
     *     for that disk of it, which acts once and within a day, and takes it back when the machine uses the disk or the day is over
     * @param discard UUID of a file system with a node's data that may be lost; acts once, since the next one has another UUID. Null means none
     */
    public record StateDisk(
            String disk,
            @Default("false") boolean overwrite,
            @Nullable String discard) {

        /** The same, of which nothing foreign may be lost. */
        public StateDisk withoutOverwrite() {
            return new StateDisk(disk, false, discard);
        }

        /** A disk of which no node's data may be lost. */
        public StateDisk(String disk, boolean overwrite) {
            this(disk, overwrite, null);
        }
    }

    public MachineSpec {
        dnsServers = List.copyOf(dnsServers);
        timeServers = List.copyOf(timeServers);
    }

    public static MachineSpec undecided() {
        return new MachineSpec(
                Acceptance.PENDING, MachineIdentity.none(), null, null, List.of(), List.of(), null, null);
    }

    public MachineSpec withStateDisk(@Nullable StateDisk newDisk) {
        return new Edit(this).stateDisk(newDisk).done();
    }

    public MachineSpec withAcceptance(Acceptance newAcceptance) {
        return new Edit(this).acceptance(newAcceptance).done();
    }

    public MachineSpec withAllowWeakIdentity(@Nullable Boolean allowed) {
        return new Edit(this).allowWeakIdentity(allowed).done();
    }

    /** What is declared while it is changed, each field by its name; what is not set stays. */
    private static final class Edit {

        private Acceptance acceptance;
        private final MachineIdentity identity;
        private final @Nullable String image;
        private final @Nullable String hostname;
        private final List<String> dnsServers;
        private final List<String> timeServers;
        private @Nullable Boolean allowWeakIdentity;
        private @Nullable StateDisk stateDisk;

        Edit(MachineSpec before) {
            this.acceptance = before.acceptance;
            this.identity = before.identity;
            this.image = before.image;
            this.hostname = before.hostname;
            this.dnsServers = before.dnsServers;
            this.timeServers = before.timeServers;
            this.allowWeakIdentity = before.allowWeakIdentity;
            this.stateDisk = before.stateDisk;
        }

        Edit acceptance(Acceptance other) {
            acceptance = other;
            return this;
        }

        Edit allowWeakIdentity(@Nullable Boolean other) {
            allowWeakIdentity = other;
            return this;
        }

        Edit stateDisk(@Nullable StateDisk other) {
            stateDisk = other;
            return this;
        }

        /** What is declared now. */
        MachineSpec done() {
            return new MachineSpec(
                    acceptance, identity, image, hostname, dnsServers, timeServers, allowWeakIdentity, stateDisk);
        }
    }
}
