package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.kubernetes.controlplane.EtcdRestoreFiles.State;
import dev.garboard.agent.linux.Children;
import dev.garboard.agentapi.v1.EtcdRestoreMember;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse.Phase;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.kubernetes.document.Etcd;
import io.grpc.Status;
import java.io.IOException;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Answers what is asked of the node's share in a restore. */
public final class EtcdRestoreCalls {

    private static final Pattern TOKEN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Children children;
    private final BundleShelf shelf;
    private final EtcdRestore restore;
    private final EtcdApplier etcd;
    private final ControlPlaneApplier controlPlane;

    /** With the appliers that do what is asked. */
    public EtcdRestoreCalls(
            Children children,
            BundleShelf shelf,
            EtcdRestore restore,
            EtcdApplier etcd,
            ControlPlaneApplier controlPlane) {
        this.children = children;
        this.shelf = shelf;
        this.restore = restore;
        this.etcd = etcd;
        this.controlPlane = controlPlane;
    }

    /** Begins to take a snapshot for a restore that fits this node. */
    public SnapshotUpload receive(EtcdRestorePlan plan) throws IOException {
        var document = document();
        if (!TOKEN.matcher(plan.getToken()).matches()) {
            throw SnapshotUpload.invalid("the token is \"" + plan.getToken()
                    + "\", expected up to 64 lower-case letters, digits and hyphens");
        }
        if (plan.getToken().equals(restore.restoredToken())
                || restore.state()
                        .filter(now -> now.token().equals(plan.getToken()))
                        .isPresent()) {
            throw SnapshotUpload.invalid(
                    "the token \"" + plan.getToken() + "\" was used before; each restore needs one of its own");
        }
        if (!SHA256.matcher(plan.getSha256()).matches()) {
            throw SnapshotUpload.invalid(
                    "the SHA-256 is \"" + plan.getSha256() + "\", expected 64 lower-case hexadecimal digits");
        }
        var planned = new TreeMap<String, String>();
        plan.getMembersList().forEach(member -> planned.put(member.getName(), member.getAddress()));
        var own = document.address().getHostAddress();
        if (!own.equals(planned.get(document.memberName()))) {
            throw SnapshotUpload.invalid("the members are " + planned + ", expected this node's among them: "
                    + document.memberName() + "=" + own);
        }
        return new SnapshotUpload(children, shelf, restore, document, plan);
    }

    /** Takes a step. */
    public EtcdRestoreStatusResponse step(EtcdRestoreStepRequest request) {
        document();
        try {
            restore.step(request.getToken(), request.getStep());
        } catch (IOException failed) {
            throw Status.INTERNAL
                    .withDescription("the step was not noted: " + failed.getMessage())
                    .withCause(failed)
                    .asRuntimeException();
        }
        return status();
    }

    /** How far it is. */
    public EtcdRestoreStatusResponse status() {
        var document = document();
        var now = restore.state();
        var status = EtcdRestoreStatusResponse.newBuilder()
                .setPhase(now.map(EtcdRestoreCalls::phase).orElse(Phase.NONE))
                .setToken(now.map(State::token).orElse(""))
                .setRestoredToken(restore.restoredToken())
                .setSelf(member(document.memberName(), document.address().getHostAddress()))
                .addAllOthers(document.members().stream()
                        .map(other -> member(other.name(), other.address().getHostAddress()))
                        .toList());
        if (!restore.holds()) {
            etcd.client().ifPresent(client -> {
                try (client) {
                    var member = client.status();
                    status.setVotes(member.getLeader() != 0 && !member.getIsLearner());
                } catch (EtcdException notYet) {
                    status.setMessage(notYet.getMessage());
                }
            });
            controlPlane.access().filter(_ -> status.getVotes()).ifPresent(access -> {
                try (var client = access.client()) {
                    var health = client.health("/readyz");
                    status.setApiReady(health.ok());
                    if (!health.ok()) {
                        status.setMessage("API server: " + health.text());
                    }
                }
            });
        }
        return status.build();
    }

    private static Phase phase(State state) {
        return switch (state.phase()) {
            case PREPARED -> Phase.PREPARED;
            case STOPPING -> Phase.STOPPING;
            case STOPPED -> Phase.STOPPED;
            case REPLACING -> Phase.REPLACING;
        };
    }

    private Etcd document() {
        return etcd.document()
                .orElseThrow(() -> KubernetesCalls.refusal(
                        "this node is no member of etcd; name the control-plane nodes of the cluster"));
    }

    private static EtcdRestoreMember member(String name, String address) {
        return EtcdRestoreMember.newBuilder().setName(name).setAddress(address).build();
    }
}
