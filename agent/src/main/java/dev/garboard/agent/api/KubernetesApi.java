package dev.garboard.agent.api;

import dev.garboard.agent.kubernetes.controlplane.KubernetesCalls;
import dev.garboard.agentapi.RoleInterceptor;
import dev.garboard.agentapi.v1.EtcdAlarmsRequest;
import dev.garboard.agentapi.v1.EtcdAlarmsResponse;
import dev.garboard.agentapi.v1.EtcdDefragmentRequest;
import dev.garboard.agentapi.v1.EtcdDefragmentResponse;
import dev.garboard.agentapi.v1.EtcdMembersRequest;
import dev.garboard.agentapi.v1.EtcdMembersResponse;
import dev.garboard.agentapi.v1.EtcdRemoveMemberRequest;
import dev.garboard.agentapi.v1.EtcdRemoveMemberResponse;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.agentapi.v1.EtcdSnapshotRequest;
import dev.garboard.agentapi.v1.EtcdSnapshotResponse;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubeconfigRequest;
import dev.garboard.agentapi.v1.KubeconfigResponse;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesStatusRequest;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.agentapi.v1.KubernetesUpgradeRequest;
import dev.garboard.agentapi.v1.KubernetesUpgradeResponse;
import dev.garboard.trust.Caller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The methods of the machine API that concern Kubernetes. Who may call which is decided before a call arrives here. */
public final class KubernetesApi extends KubernetesServiceGrpc.KubernetesServiceImplBase {

    private final Supplier<Optional<KubernetesCalls>> kubernetes;
    private final Followers followers = new Followers();

    /**
     * The API of this node.
     *
     * @param kubernetes empty until the node has got its first document
     */
    public KubernetesApi(Supplier<Optional<KubernetesCalls>> kubernetes) {
        this.kubernetes = kubernetes;
    }

    @Override
    public void kubeconfig(KubeconfigRequest request, StreamObserver<KubeconfigResponse> out) {
        var validity = Duration.ofSeconds(
                request.getValidity().getSeconds(), request.getValidity().getNanos());
        var caller = Optional.ofNullable(RoleInterceptor.CALLER.get()).orElseGet(() -> new Caller("", Set.of()));
        answer(out, calls -> calls.kubeconfig(caller, validity));
    }

    @Override
    public void kubernetesStatus(KubernetesStatusRequest request, StreamObserver<KubernetesStatusResponse> out) {
        answer(out, KubernetesCalls::status);
    }

    @Override
    public void etcdMembers(EtcdMembersRequest request, StreamObserver<EtcdMembersResponse> out) {
        answer(out, calls -> calls.etcd().members());
    }

    @Override
    public void etcdStatus(EtcdStatusRequest request, StreamObserver<EtcdStatusResponse> out) {
        answer(out, calls -> calls.etcd().status());
    }

    @Override
    public void etcdSnapshot(EtcdSnapshotRequest request, StreamObserver<EtcdSnapshotResponse> out) {
        var calls = kubernetes.get();
        if (calls.isEmpty()) {
            out.onError(none());
            return;
        }
        followers.follow("etcd snapshot", out, stream -> calls.get().etcd().snapshot(stream::send));
    }

    @Override
    public void etcdRemoveMember(EtcdRemoveMemberRequest request, StreamObserver<EtcdRemoveMemberResponse> out) {
        answer(out, calls -> calls.etcd().remove(request.getMember()));
    }

    @Override
    public void etcdDefragment(EtcdDefragmentRequest request, StreamObserver<EtcdDefragmentResponse> out) {
        answer(out, calls -> calls.etcd().defragment());
    }

    @Override
    public void etcdAlarms(EtcdAlarmsRequest request, StreamObserver<EtcdAlarmsResponse> out) {
        answer(out, calls -> calls.etcd().alarms(request.getDisarm()));
    }

    @Override
    public void kubernetesUpgrade(KubernetesUpgradeRequest request, StreamObserver<KubernetesUpgradeResponse> out) {
        out.onError(Status.FAILED_PRECONDITION
                .withDescription("a node cannot upgrade its cluster; ask the boot server, port 7443")
                .asRuntimeException());
    }

    @Override
    public StreamObserver<EtcdRestoreRequest> etcdRestore(StreamObserver<EtcdRestoreResponse> out) {
        return new EtcdRestoreStream(
                plan -> kubernetes
                        .get()
                        .orElseThrow(KubernetesApi::none)
                        .restore()
                        .receive(plan),
                out);
    }

    @Override
    public void etcdRestoreStep(EtcdRestoreStepRequest request, StreamObserver<EtcdRestoreStatusResponse> out) {
        answer(out, calls -> calls.restore().step(request));
    }

    @Override
    public void etcdRestoreStatus(EtcdRestoreStatusRequest request, StreamObserver<EtcdRestoreStatusResponse> out) {
        answer(out, calls -> calls.restore().status());
    }

    private <T> void answer(StreamObserver<T> out, Function<KubernetesCalls, T> call) {
        try {
            out.onNext(call.apply(kubernetes.get().orElseThrow(KubernetesApi::none)));
            out.onCompleted();
        } catch (StatusRuntimeException refused) {
            out.onError(refused);
        }
    }

    private static StatusRuntimeException none() {
        return Status.FAILED_PRECONDITION
                .withDescription("this node is part of no cluster: the server has sent it no documents")
                .asRuntimeException();
    }
}
