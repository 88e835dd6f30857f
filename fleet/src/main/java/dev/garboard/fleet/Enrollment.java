package dev.garboard.fleet;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.EnrollmentRuleSpec;
import dev.garboard.inventory.EnrollmentRules;
import dev.garboard.inventory.IdentityMatch;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineIndex;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.trust.RequestedKey;
import dev.garboard.trust.SiteAuthority;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Decides about one request to enrol: proof first, then whose machine it is, then whether it is accepted. One request is decided at a
 * time, so that no machine is made twice and no rule accepts more than its limit.
 */
final class Enrollment {

    private static final Duration ASK_LATER = Duration.ofMinutes(5);

    /** A machine that really boots has one former boot; it may have another one when a twin came first. */
    private static final int MOST_LOOKS = 3;

    private final ResourceStore store;
    private final MachineIndex machines;
    private final MachineDesk desk;
    private final SharedIdentity shared;
    private final SessionLog sessions;
    private final BootProof proof;
    private final Succession succession;
    private final SiteAuthority authority;
    private final FleetConfig config;
    private final InstantSource clock;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    Enrollment(
            ResourceStore store,
            MachineIndex machines,
            SessionLog sessions,
            BootProof proof,
            LivingNodes living,
            SiteAuthority authority,
            FleetConfig config,
            InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.desk = new MachineDesk(store, machines, clock);
        this.shared = new SharedIdentity(store, machines, clock);
        this.sessions = sessions;
        this.proof = proof;
        this.succession = new Succession(machines, shared, living);
        this.authority = authority;
        this.config = config;
        this.clock = clock;
    }

    Outcome decide(EnrollRequest request, InetAddress peer) {
        var identity = HardwareFacts.identity(request.getHardware());
        if (identity.macs().isEmpty()) {
            return new Outcome.Rejected(
                    "no-mac",
                    "the request names no network card with a usable permanent MAC address; machines are recognised by"
                            + " these",
                    ASK_LATER);
        }
        // Nothing is written for a request without proof: else anybody could change what is known of a machine.
        var evidence = new BootProof.Evidence(
                request.getBootSession(),
                request.getBootTicket(),
                RequestedKey.fingerprint(request.getCertificateRequest().toByteArray()),
                identity,
                peer);
        return switch (proof.check(evidence)) {
            case BootProof.Refuted(var outcome) -> refuted(outcome, peer);
            case BootProof.Proven(var session) -> {
                var applicant =
                        new Applicant(request, peer, identity, session.spec().mac());
                yield unlessUp(session, applicant, peer);
            }
        };
    }

    /** Who is refused is told nothing; the machine that it claimed to be says so, for those who look after it. */
    private Outcome refuted(Outcome.Unproven outcome, InetAddress peer) {
        var session = outcome.session();
        if (session == null) {
            return outcome;
        }
        var card = new MachineIdentity(List.of(session.spec().mac()), null, null, null);
        var name = machines.match(card) instanceof IdentityMatch.Known(var machine)
                ? machine.name()
                : session.spec().machine();
        if (name != null) {
            desk.unproven(
                    name,
                    outcome.cause().equals(Outcome.CLAIMED_TWICE),
                    "a request from " + peer.getHostAddress() + " to be boot " + session.id() + " was refused: "
                            + outcome.detail());
        }
        return outcome;
    }

    /**
     * A machine that boots is not at the same time up: as long as its former boot answers, a new one of its name was begun by somebody else.
     * Who becomes a machine of its own takes nobody's place. Asked outside of the lock, since an address that nobody has any more takes its time
     * to say so; and again when another boot would be replaced by then.
     */
    private Outcome unlessUp(BootSession session, Applicant applicant, InetAddress peer) {
        for (int i = 0; i < MOST_LOOKS; i++) {
            var asked = Succession.former(session, succession.view(applicant));
            var alive = asked == null ? null : succession.stillThere(session, asked);
            if (alive != null) {
                return refuted(alive, peer);
            }
            oneAtATime.lock();
            try {
                var view = succession.view(applicant);
                var replaced = Succession.former(session, view);
                if (replaced == null || replaced.equals(asked)) {
                    return decide(applicant, view);
                }
            } finally {
                oneAtATime.unlock();
            }
        }
        return refuted(
                new Outcome.Unproven("former-boot-changes", "its machine boots again and again meanwhile", session),
                peer);
    }

    private Outcome decide(Applicant applicant, Succession.View view) {
        if (view.another().isPresent()) {
            return admitUnknown(view.another().get());
        }
        return switch (view.match()) {
            case IdentityMatch.Conflict(var names, var why) -> {
                names.forEach(name -> desk.markConflict(name, why));
                yield new Outcome.Pending(names, true, "conflict", why);
            }
            case IdentityMatch.Unknown() -> admitUnknown(applicant);
            case IdentityMatch.Known(var machine) ->
                unlessDeleted(machine.name(), () -> admitKnown(applicant, machine.name()));
        };
    }

    /** Somebody may delete the machine between any two steps of a decision; that is an answer, not a fault. */
    private static Outcome unlessDeleted(String name, Supplier<Outcome> decision) {
        try {
            return decision.get();
        } catch (ResourceMissingException deleted) {
            return new Outcome.Rejected("deleted", "machine " + name + " was deleted", ASK_LATER);
        }
    }

    /** None while one cannot be read: it may be the one that rejects, so a person decides. */
    private List<Resource<EnrollmentRuleSpec, NoStatus>> rules() {
        var rules = store.list(Kinds.ENROLLMENT_RULE);
        return rules.unreadable().isEmpty() ? rules.items() : List.of();
    }

    private Outcome admitUnknown(Applicant applicant) {
        var perhaps = machines.unreadable(applicant.identity());
        if (perhaps.isPresent()) {
            return Outcome.Rejected.unreadable(perhaps.get(), ASK_LATER);
        }
        var verdict = EnrollmentRules.evaluate(rules(), applicant.candidate(), machines.all(), machines.unreadable());
        var created = switch (verdict) {
            case EnrollmentRules.Accept accept -> desk.create(accept.name(), accepted(accept), applicant);
            case EnrollmentRules.Reject _, EnrollmentRules.NoRule _ ->
                desk.create(desk.freeName(applicant.mac()), MachineDesk.Admission.undecided(), applicant);
        };
        shared.note(created.name());
        return unlessDeleted(created.name(), () -> settle(applicant, created, verdict));
    }

    private Outcome admitKnown(Applicant applicant, String name) {
        var found = store.get(Kinds.MACHINE, name);
        if (found.isEmpty()) {
            throw new ResourceMissingException("there is no machine " + name);
        }
        var known = MachineDesk.knownMacs(found.get());
        // Only the session's MAC address was seen by this server; the others are what the machine says of itself.
        if (!known.isEmpty() && !known.contains(applicant.mac())) {
            var why = "it says that it is " + name + ", but it booted from MAC address " + applicant.mac()
                    + ", which is not known of " + name + "; if that is right, add it to spec.identity.macs of " + name;
            desk.markConflict(name, why);
            return new Outcome.Pending(List.of(name), true, "conflict", why);
        }
        var machine = desk.seen(name, applicant);
        shared.note(name);
        if (machine.spec().acceptance() != Acceptance.PENDING) {
            return settle(applicant, machine, new EnrollmentRules.NoRule(""));
        }
        var perhaps = machines.unreadable(applicant.identity());
        if (perhaps.isPresent()) {
            return Outcome.Rejected.unreadable(perhaps.get(), ASK_LATER);
        }
        var others = machines.all().stream()
                .filter(other -> !other.name().equals(name))
                .toList();
        var verdict = EnrollmentRules.evaluate(rules(), applicant.candidate(), others, machines.unreadable());
        return verdict instanceof EnrollmentRules.Accept accept
                ? settle(applicant, desk.admit(name, accepted(accept)), verdict)
                : settle(applicant, machine, verdict);
    }

    private Outcome settle(
            Applicant applicant, Resource<MachineSpec, MachineStatus> machine, EnrollmentRules.Verdict verdict) {
        sessions.belongsTo(applicant.session(), machine.name());
        return switch (machine.spec().acceptance()) {
            case ACCEPTED -> certify(applicant, machine);
            case REJECTED ->
                reject(
                        machine.name(),
                        "machine " + machine.name() + " is rejected; a person can accept it with"
                                + " `garboard machine accept " + machine.name() + "`");
            case PENDING ->
                switch (verdict) {
                    case EnrollmentRules.Reject(var rule) -> {
                        desk.reject(machine.name(), rule);
                        yield reject(machine.name(), "enrolment rule " + rule + " rejects machine " + machine.name());
                    }
                    case EnrollmentRules.NoRule(var reason) -> pending(machine.name(), "no-rule", reason);
                    case EnrollmentRules.Accept accept ->
                        pending(machine.name(), "no-rule", "rule " + accept.rule() + " is about to accept it");
                };
        };
    }

    private Outcome certify(Applicant applicant, Resource<MachineSpec, MachineStatus> machine) {
        var ofMachine = machine.spec().allowWeakIdentity();
        if (!(ofMachine == null ? config.allowWeakIdentity() : ofMachine)) {
            return pending(
                    machine.name(),
                    "weak-identity",
                    "machine " + machine.name()
                            + " is accepted, but boot session and subnet alone are not proof enough here; set"
                            + " spec.allowWeakIdentity of the machine, or enrollment.allow-weak-identity of the site,"
                            + " to true");
        }
        var chain = authority.issueNode(
                machine.name(),
                applicant.request().getCertificateRequest().toByteArray(),
                applicant.peer(),
                config.certificateValidity());
        desk.enrolled(machine.name(), chain.getFirst().getNotAfter().toInstant());
        return new Outcome.Accepted(machine.name(), chain);
    }

    private Outcome pending(String name, String cause, String reason) {
        desk.pending(name, reason);
        return new Outcome.Pending(List.of(name), false, cause, reason);
    }

    private Outcome reject(String name, String reason) {
        store.update(
                Kinds.MACHINE,
                name,
                machine -> machine.withStatus(new StatusChange(machine.status(), clock.instant())
                        .phase("Rejected")
                        .unseen()));
        return new Outcome.Rejected("rejected", reason, ASK_LATER);
    }

    private static MachineDesk.Admission accepted(EnrollmentRules.Accept accept) {
        return new MachineDesk.Admission(
                Acceptance.ACCEPTED, accept.rule(), new LinkedHashMap<>(accept.labels()), accept.weakAllowed());
    }

    /** What the clock says by which certificates are made. */
    Timestamp time() {
        var now = clock.instant();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }
}
