package dev.garboard.fleet;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.EnrollmentRules;
import dev.garboard.inventory.Identities;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MacAddresses;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writes into the inventory what enrolment finds out about machines. */
final class MachineDesk {

    private static final String ACCEPTED = "Accepted";
    private static final String CONFLICT = "IdentityConflict";
    private static final String CLAIMED_TWICE = "IdentityClaimedTwice";
    private static final String BOOT_PROVEN = "BootProven";
    private static final int INDEX_ROUNDS = 2000;

    private final ResourceStore store;
    private final MachineIndex index;
    private final InstantSource clock;

    MachineDesk(ResourceStore store, MachineIndex index, InstantSource clock) {
        this.store = store;
        this.index = index;
        this.clock = clock;
    }

    /** What a rule, or nobody yet, has decided about a machine. */
    record Admission(Acceptance acceptance, @Nullable String rule, Map<String, String> labels, boolean weakAllowed) {
        static Admission undecided() {
            return new Admission(Acceptance.PENDING, null, Map.of(), false);
        }
    }

    static Set<String> knownMacs(Resource<MachineSpec, MachineStatus> machine) {
        var macs = new LinkedHashSet<>(machine.spec().identity().macs());
        macs.addAll(machine.status().identity().macs());
        return macs;
    }

    /** A name for a machine that no rule names: by its MAC address, numbered when somebody took that. */
    String freeName(String mac) {
        var name = "m-" + MacAddresses.compact(mac);
        var free = name;
        for (int i = 2; isTaken(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }

    private boolean isTaken(String name) {
        try {
            return store.get(Kinds.MACHINE, name).isPresent();
        } catch (InvalidResourceException unreadable) {
            return true;
        }
    }

    Resource<MachineSpec, MachineStatus> create(String name, Admission admission, Applicant applicant) {
        var status = new StatusChange(observed(MachineStatus.unseen(), applicant), now())
                .phase("Booting")
                .unseen();
        var undecided = new Resource<>(Kinds.MACHINE, ObjectMeta.named(name), MachineSpec.undecided(), status);
        var created = store.create(admitted(undecided, admission));
        waitForIndex(created);
        return created;
    }

    Resource<MachineSpec, MachineStatus> seen(String name, Applicant applicant) {
        var changed =
                store.update(Kinds.MACHINE, name, machine -> machine.withStatus(observed(machine.status(), applicant)));
        waitForIndex(changed);
        return changed;
    }

    Resource<MachineSpec, MachineStatus> admit(String name, Admission admission) {
        var changed = store.update(Kinds.MACHINE, name, machine -> admitted(machine, admission));
        waitForIndex(changed);
        return changed;
    }

    void reject(String name, String rule) {
        admit(name, new Admission(Acceptance.REJECTED, rule, Map.of(), false));
    }

    void pending(String name, String reason) {
        status(name, change -> change.phase("Pending").condition(ACCEPTED, false, "Pending", reason));
    }

    void enrolled(String name, Instant certificateNotAfter) {
        status(
                name,
                change -> change.phase("Enrolled")
                        .condition(ACCEPTED, true, "Accepted", "has a certificate of this site")
                        .certificateUntil(certificateNotAfter));
    }

    void markConflict(String name, String why) {
        status(name, change -> change.condition(CONFLICT, true, "Conflict", why));
    }

    /** Somebody wanted to be this machine and could not prove it. */
    void unproven(String name, boolean claimedTwice, String why) {
        status(
                name,
                change -> claimedTwice
                        ? change.condition(CLAIMED_TWICE, true, "Refused", why)
                        : change.condition(BOOT_PROVEN, false, "Refused", why));
    }

    private interface Change {
        StatusChange apply(StatusChange change);
    }

    private void status(String name, Change change) {
        try {
            store.update(
                    Kinds.MACHINE,
                    name,
                    machine -> machine.withStatus(change.apply(new StatusChange(machine.status(), now()))
                            .unseen()));
        } catch (ResourceMissingException deleted) {
            // Whoever deleted it meanwhile is right; the stream is ended by the watch.
            return;
        } catch (InvalidResourceException unreadable) {
            // Nothing can be said on it; that it cannot be read is said elsewhere.
            return;
        }
    }

    private MachineStatus observed(MachineStatus status, Applicant applicant) {
        var request = applicant.request();
        var fused = Identities.fuse(status.identity(), applicant.identity());
        var address = applicant.peer().getHostAddress();
        // The same boot that asks again still answers where it did: whether it does is asked when another boot comes.
        boolean same = applicant.session().equals(status.bootSession()) && address.equals(status.address());
        var change = new StatusChange(status, now())
                .hardware(fused, applicant.facts())
                .at(address, same ? status.apiPort() : 0)
                .booted(applicant.session(), request.getAgentVersion(), request.getImage())
                .without(CONFLICT)
                .without(BOOT_PROVEN);
        if (!applicant.session().equals(status.bootSession())) {
            // Of this boot's resolvers nothing is known yet, and an agent that is older than the former one never
            // speaks of them.
            change.without(CLAIMED_TWICE).without(MachineResolvers.CONDITION);
        }
        return (request.hasTime() ? MachineClock.note(change, request.getTime(), now()) : change).seen();
    }

    private static Resource<MachineSpec, MachineStatus> admitted(
            Resource<MachineSpec, MachineStatus> machine, Admission admission) {
        var rule = admission.rule();
        if (rule == null) {
            return machine;
        }
        var labels = new HashMap<>(machine.metadata().labels());
        labels.putAll(admission.labels());
        var annotations = new HashMap<>(machine.metadata().annotations());
        annotations.put(EnrollmentRules.RULE_ANNOTATION, rule);
        var spec = machine.spec();
        // What a person declared of the machine weighs more than the rule.
        var declared = spec.allowWeakIdentity();
        var weak = (declared == null && admission.weakAllowed()) ? Boolean.TRUE : declared;
        return machine.withMetadata(machine.metadata().withLabels(labels).withAnnotations(annotations))
                .withSpec(spec.withAcceptance(admission.acceptance()).withAllowWeakIdentity(weak));
    }

    /** The index follows by milliseconds; the next request is decided by it, so it must have this change. */
    private void waitForIndex(Resource<MachineSpec, MachineStatus> changed) {
        for (int i = 0; i < INDEX_ROUNDS; i++) {
            var indexed = index.get(changed.name());
            if (indexed.isPresent()
                    && indexed.get().metadata().resourceVersion()
                            >= changed.metadata().resourceVersion()) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
