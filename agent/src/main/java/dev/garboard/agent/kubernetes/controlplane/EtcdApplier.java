package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.Absence;
import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.agent.kubernetes.DocumentApplier;
import dev.garboard.agent.kubernetes.DocumentInput;
import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.Program.Command;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceStatus;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.ClusterSecrets;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.trust.Authority;
import dev.garboard.trust.CertificateProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code Etcd}: the node's member, as a supervised program. A member founds a cluster, joins one, or goes on with the data it has; it
 * counts as applied when it votes.
 */
public final class EtcdApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration HAND_OVER = Duration.ofSeconds(3);
    private static final int LOOKED_AT = 100;
    private static final String LOCAL = "127.0.0.1";

    private final NodeParts parts;
    private final BundleShelf shelf;
    private final ControlPlanePaths paths;
    private final CertificateRotation certificates;
    private final EtcdData data;
    private final EtcdRestore restore;
    private final EtcdProbe probe = new EtcdProbe();
    private @Nullable Service service;
    private @Nullable Program program;
    private @Nullable Command command;
    private volatile @Nullable RunningMember member;
    private volatile @Nullable Etcd document;
    private volatile boolean votes;
    private volatile boolean diskIsKnown;
    private volatile String lastWords = "";
    private String waitsFor = "";
    private long nextLook = Long.MIN_VALUE;

    /** The member as it was started last. */
    private record RunningMember(Etcd document, Authority authority, LeafFile peer, LeafFile agent) {

        EtcdClient client(String host) {
            return EtcdClient.open(host, agent.read(), authority.certificate());
        }

        EtcdClient client(Inet4Address address) {
            return client(address.getHostAddress());
        }

        EtcdMembership membership() {
            return new EtcdMembership(this::client);
        }

        /** Whether the other is the same member of the same cluster, whatever it knows of the others. */
        boolean isSame(RunningMember other) {
            return document.memberName().equals(other.document.memberName())
                    && document.address().equals(other.document.address())
                    && document.token().equals(other.document.token());
        }
    }

    /** One that runs nothing yet. */
    public EtcdApplier(
            NodeParts parts,
            BundleShelf shelf,
            ControlPlanePaths paths,
            CertificateRotation certificates,
            EtcdRestore restore) {
        this.parts = parts;
        this.shelf = shelf;
        this.paths = paths;
        this.certificates = certificates;
        this.data = new EtcdData(paths);
        this.restore = restore;
    }

    @Override
    public String kind() {
        return Etcd.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        // Before anybody can ask for it, and after the disk.
        restore.open();
        diskIsKnown = true;
        var wish = input.as(Etcd.class);
        if (!restore.holds()) {
            // Before anything is written: a member that runs reads its certificates anew.
            data.refuseOtherCluster(wish);
        }
        document = wish;
        var authority = ClusterKeys.etcdAuthority(Map.of(
                ClusterSecrets.ETCD_CA_CERTIFICATE, text(input, ClusterSecrets.ETCD_CA_CERTIFICATE),
                ClusterSecrets.ETCD_CA_KEY, text(input, ClusterSecrets.ETCD_CA_KEY)));
        var bundle = shelf.require();
        var wanted = new RunningMember(
                wish,
                authority,
                leaf("etcd", authority, LeafCertificates.etcdMember(wish.memberName(), wish.address())),
                leaf("etcd-agent", authority, LeafCertificates.etcdAgentClient()));
        ConfigFile.write(ca(), authority.certificatePem());
        certificates.keep("etcd", List.of(wanted.peer(), wanted.agent()));
        restore.advance(this::halt, () -> data.belongsTo(wish));
        heal(wanted);
        start(wanted, bundle);
        requireVote(wanted);
        restore.settled();
        data.expireAside();
    }

    private void halt() throws InterruptedException {
        votes = false;
        stop();
        command = null;
        lastWords = "";
        waitsFor = "";
    }

    /** Whether the member has failed since it was last looked at; remembers what it said. */
    public boolean hasTurnedBad() {
        var now = service == null ? null : service.status();
        if (now == null || now.healthy()) {
            return false;
        }
        if (now.state() == ServiceStatus.State.FAILED) {
            lastWords = now.message();
        }
        return votes && now.state() != ServiceStatus.State.STARTING;
    }

    /**
     * A member whose data is of no use begins anew, as one that lost it: when the others have a majority without it, they have everything.
     * Otherwise only a snapshot helps.
     */
    private void heal(RunningMember wanted) throws Exception {
        if (!data.exists()) {
            return;
        }
        // What etcd said only starts the question. That it ended, and what the others have, is the answer.
        var damage = EtcdFaults.damage(lastWords);
        boolean ended = service != null && service.status().state() == ServiceStatus.State.FAILED;
        if (damage.isPresent() && ended) {
            var doubt = EtcdWitnesses.doubt(
                    wanted.document().members().size(), EtcdWitnesses.ask(wanted.document(), wanted::client));
            if (doubt.isPresent()) {
                throw new IllegalStateException(damage.get() + ". The data stays where it is: " + doubt.get());
            }
            LOG.warn("the data of this member is damaged ({}); the others agree without it, it begins anew", lastWords);
            beginAnew();
        }
    }

    private String beginAnew() throws Exception {
        halt();
        return data.setAside();
    }

    /** Whether at least two others form another cluster by now than the one that this member's data is of: they were restored without it. */
    private boolean isLeftBehind(RunningMember wanted) throws IOException {
        var own = data.clusterId();
        if (own.isEmpty()) {
            return false;
        }
        var witnesses = EtcdWitnesses.ask(wanted.document(), wanted::client);
        return EtcdWitnesses.doubt(wanted.document().members().size(), witnesses)
                        .isEmpty()
                && !witnesses.getFirst().cluster().equals(own);
    }

    private void start(RunningMember wanted, MountedBundle bundle) throws Exception {
        if (service == null || program == null) {
            service = parts.services().add("etcd", "Keeps the cluster's state, together with the other members");
            program = new Program(service, parts.children(), parts.supervisor(), GRACE, this::check);
        }
        var before = member;
        var runs = command;
        boolean ended = service.status().state() == ServiceStatus.State.FAILED;
        if (ended && wanted.document().leaving()) {
            program.stop();
            member = wanted;
            throw new DocumentPendingException(
                    "this member leaves the cluster; its data stays until the order to leave");
        }
        if (ended && data.exists() && wanted.membership().isRemoved(wanted.document())) {
            LOG.warn("this member was taken out of the cluster; it joins anew");
            program.stop();
            data.setAside();
        }
        boolean neverBegan = ended && !data.exists();
        if (before == null || !before.isSame(wanted) || command == null || neverBegan) {
            command = command(wanted, bundle);
        } else if (!command.version().equals(bundle.name())) {
            command = continued(wanted, bundle);
        }
        if (runs != null && !ended && !runs.equals(command)) {
            // Of another bundle: it ends, and is started from that one.
            handOver();
        }
        member = wanted;
        program.start(command);
    }

    /** One that does not vote leads nobody. */
    private void handOver() {
        var running = member;
        if (running != null && votes) {
            EtcdLeadership.handOver(
                    () -> running.client(LOCAL), other -> running.client(EtcdMembership.host(other)), HAND_OVER);
        }
    }

    /** A command line stays the same while the member runs, although the list of members changes: etcd reads it once. */
    private Command command(RunningMember wanted, MountedBundle bundle) throws Exception {
        var document = wanted.document();
        data.refuseOtherCluster(document);
        if (data.exists()) {
            return continued(wanted, bundle);
        }
        if (document.bootstrap() && document.members().isEmpty()) {
            data.prepare(document);
            return command(wanted, bundle, EtcdSettings.Start.NEW, own(document));
        }
        if (document.members().isEmpty()) {
            throw new IllegalStateException(EtcdFaults.missing(paths.etcdData()));
        }
        // Also for the founder once others are known: founding again would make a second cluster beside theirs.
        var members = wanted.membership().join(document);
        data.prepare(document);
        return command(wanted, bundle, EtcdSettings.Start.EXISTING, members);
    }

    private Command continued(RunningMember wanted, MountedBundle bundle) {
        // With data there is no need to know the others: it says who they are.
        return command(wanted, bundle, EtcdSettings.Start.EXISTING, own(wanted.document()));
    }

    private Command command(
            RunningMember wanted, MountedBundle bundle, EtcdSettings.Start start, Map<String, String> members) {
        var argv = EtcdSettings.command(
                bundle.program("etcd"), wanted.document(), start, members, paths.etcdData(), wanted.peer(), ca());
        return new Command(argv, bundle.environment(), bundle.name());
    }

    private static Map<String, String> own(Etcd document) {
        return Map.of(document.memberName(), EtcdSettings.peerUrl(document.address()));
    }

    private void requireVote(RunningMember wanted) throws Exception {
        try (var local = wanted.client(LOCAL)) {
            var status = local.status();
            if (status.getIsLearner()) {
                votes = false;
                wanted.membership().promote(wanted.document(), local);
            } else if (status.getLeader() == 0) {
                votes = false;
                throw explained(wanted, "");
            }
            data.isOf(EtcdMembership.id(status.getHeader().getClusterId()));
            lastWords = "";
            waitsFor = "";
            votes = true;
            EtcdFaults.complaint(status).ifPresent(fault -> {
                throw new DocumentPendingException(fault);
            });
        } catch (EtcdException notYet) {
            throw explained(wanted, notYet.getMessage());
        }
    }

    /** Why there is no vote. The others are asked only now and then: a member may wait for them for days. */
    private Exception explained(RunningMember wanted, String said) throws Exception {
        var now = service == null ? null : service.status();
        var full = EtcdFaults.diskFull(lastWords);
        if (full.isPresent()) {
            return new IllegalStateException(full.get());
        }
        if (now != null && runsUnheard(now) && System.nanoTime() > nextLook) {
            nextLook = System.nanoTime() + PATIENCE.toNanos();
            if (isLeftBehind(wanted)) {
                LOG.warn("the others were restored from a snapshot and this member was not; it begins anew");
                return new DocumentPendingException(
                        "begins anew, because the others were restored from a snapshot; " + beginAnew());
            }
            if (!wanted.document().members().isEmpty()) {
                waitsFor = EtcdFaults.noLeader(wanted.membership().silent(wanted.document()));
            } else if (!said.isEmpty() && isStuckInItsLog()) {
                waitsFor = EtcdFaults.logTooShort();
            }
        }
        return new DocumentPendingException(
                !waitsFor.isEmpty()
                        ? waitsFor
                        : "waits for etcd: " + (now == null ? "" : now.message())
                                + (said.isEmpty() ? "" : "; " + said));
    }

    private static boolean runsUnheard(ServiceStatus now) {
        return now.state() != ServiceStatus.State.FAILED
                && Duration.between(now.since(), Instant.now()).compareTo(PATIENCE) > 0;
    }

    private boolean isStuckInItsLog() {
        var log = Objects.requireNonNull(service).log();
        return log.read(log.tail(LOOKED_AT), LOOKED_AT).entries().stream()
                .anyMatch(line -> line.text().contains("failed to publish local member to cluster through raft"));
    }

    private void check() {
        var running = member;
        if (running == null) {
            return;
        }
        probe.check(running, () -> running.client(LOCAL));
    }

    /** Whether the member has voted since it was started: only then is it of use to an API server. */
    boolean votes() {
        return votes;
    }

    /** What the node is told of its member; empty when it is to have none. */
    Optional<Etcd> document() {
        return Optional.ofNullable(document);
    }

    /** The token of the cluster whose data is here; empty when there is no data. */
    Optional<String> token() {
        try {
            return data.exists() ? Optional.of(data.token().orElse("unknown")) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of("unknown");
        }
    }

    /** A client of this node's member; empty when it has none. */
    Optional<EtcdClient> client() {
        return Optional.ofNullable(member).map(running -> running.client(LOCAL));
    }

    /** Whether data of a member lies here, which may be of an earlier boot and of any cluster. */
    boolean hasData() {
        return data.exists();
    }

    /** Data that was taken out of the member's way; empty before the node's disk is known, and while it cannot be read. */
    public Optional<NodeMessage.EtcdAside> aside() {
        try {
            return diskIsKnown ? Optional.of(data.aside()) : Optional.empty();
        } catch (IOException | UncheckedIOException changing) {
            LOG.debug("what was set aside cannot be read at this moment: {}", changing.getMessage());
            return Optional.empty();
        }
    }

    /** The member is none any more, or the whole cluster ends: whoever orders a node to leave has seen to that before. */
    @Override
    public void remove(String name) throws Exception {
        halt();
        data.forget();
        restore.forget();
        diskIsKnown = true;
        certificates.forget("etcd");
        probe.close();
        member = null;
        document = null;
        if (service != null) {
            parts.services().remove(service);
            service = null;
            program = null;
        }
    }

    private void stop() throws InterruptedException {
        if (program != null) {
            program.stop();
        }
    }

    /** The node goes down, which its member may lead: that is given to another one first. */
    @Override
    public void close() {
        handOver();
        try {
            stop();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private LeafFile leaf(String name, Authority authority, CertificateProfile profile) {
        return new LeafFile(paths.pki(), name, authority, profile);
    }

    private Path ca() {
        return paths.pki().resolve(ClusterSecrets.ETCD_CA_CERTIFICATE);
    }

    private static String text(DocumentInput input, String name) {
        return new String(input.secret(name), StandardCharsets.US_ASCII);
    }
}
