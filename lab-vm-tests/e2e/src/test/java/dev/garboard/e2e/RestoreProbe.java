package dev.garboard.e2e;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStatusRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Sha256;
import dev.garboard.trust.TlsIdentity;
import io.grpc.StatusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The restore of a cluster's only control plane, step by step: {@code garboard cluster etcd restore} goes on to the next step before anything can be
 * done to the machine. The calls go through the server, as the command's.
 */
final class RestoreProbe implements AutoCloseable {

    private static final int PART = 1 << 18;
    private static final Duration POLL = Duration.ofMillis(100);

    private final NodeClient node;

    private RestoreProbe(NodeClient node) {
        this.node = node;
    }

    static RestoreProbe of(LabFixture lab, String machine) throws IOException {
        var nodeApi = Files.readString(lab.kubeconfig()).replaceFirst("(?s).*node-api: \"?([0-9.:]+).*", "$1");
        int colon = nodeApi.lastIndexOf(':');
        var server = new Peer(
                nodeApi.substring(0, colon), Integer.parseInt(nodeApi.substring(colon + 1)), "garboard-server");
        return new RestoreProbe(NodeClient.through(
                server,
                machine,
                TlsIdentity.read(lab.pki().resolve("admin.crt"), lab.pki().resolve("admin.key")),
                Pem.readCertificate(lab.pki().resolve("site-ca.crt"))));
    }

    EtcdRestoreStatusResponse status() throws StatusException, InterruptedException {
        return within(30).etcdRestoreStatus(EtcdRestoreStatusRequest.getDefaultInstance());
    }

    /** Asks until the node says so; while it boots it says nothing. */
    EtcdRestoreStatusResponse await(String what, Duration limit, Predicate<EtcdRestoreStatusResponse> expected) {
        var last = new AtomicReference<Object>("nothing");
        var found = new AtomicReference<>(EtcdRestoreStatusResponse.getDefaultInstance());
        try {
            Awaitility.await(what).atMost(limit).pollInterval(POLL).until(() -> {
                try {
                    var status = status();
                    last.set(status);
                    found.set(status);
                    return expected.test(status);
                } catch (StatusException boots) {
                    last.set(boots);
                    return false;
                }
            });
            return found.get();
        } catch (ConditionTimeoutException tooLong) {
            throw new AssertionError(
                    "not within " + limit.toSeconds() + " s: " + what + "; last it said " + last.get(), tooLong);
        }
    }

    /** Brings a snapshot; when this returns, it was checked and unpacked. */
    void bring(Path snapshot, String token) throws IOException, StatusException, InterruptedException {
        var bytes = Files.readAllBytes(snapshot);
        var call = within(600).etcdRestore();
        call.write(EtcdRestoreRequest.newBuilder()
                .setPlan(EtcdRestorePlan.newBuilder()
                        .setBytes(bytes.length)
                        .setSha256(Sha256.of(bytes))
                        .setToken(token)
                        .addMembers(status().getSelf()))
                .build());
        boolean open = true;
        for (int at = 0; open && at < bytes.length; at += PART) {
            var part = ByteString.copyFrom(bytes, at, Math.min(PART, bytes.length - at));
            open = call.write(EtcdRestoreRequest.newBuilder().setData(part).build());
        }
        if (open) {
            call.halfClose();
        }
        // A refusal comes as an exception.
        if (call.read() == null) {
            throw new AssertionError("the node ended the call without an answer");
        }
    }

    EtcdRestoreStatusResponse step(String token, Step step) throws StatusException, InterruptedException {
        return within(120)
                .etcdRestoreStep(EtcdRestoreStepRequest.newBuilder()
                        .setToken(token)
                        .setStep(step)
                        .build());
    }

    private KubernetesServiceBlockingV2Stub within(int seconds) {
        return node.kubernetes().withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        node.close();
    }
}
