package dev.garboard.agentapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.DmesgLine;
import dev.garboard.agentapi.v1.DmesgRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.RebootResponse;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.CertificateFailure.Reason;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node's machine API with real TLS; the service only says who called it. */
@Timeout(60)
class RoleInterceptorIT {

    @TempDir
    Path directory;

    SiteAuthority authority;
    SiteAuthority otherSite;
    Server server;
    final RevocationGate gate = RevocationGate.waiting(InstantSource.system());
    final List<Reason> refusals = new CopyOnWriteArrayList<>();
    final CountDownLatch cancelled = new CountDownLatch(1);
    final List<AutoCloseable> open = new ArrayList<>();

    private final class WhoCalls extends MachineServiceGrpc.MachineServiceImplBase {
        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> answer) {
            var caller = RoleInterceptor.CALLER.get().describe();
            answer.onNext(VersionResponse.newBuilder().setMachine(caller).build());
            answer.onCompleted();
        }

        /** Never ends by itself, and says when it was cancelled. */
        @Override
        public void dmesg(DmesgRequest request, StreamObserver<DmesgLine> answer) {
            ((ServerCallStreamObserver<DmesgLine>) answer).setOnCancelHandler(cancelled::countDown);
            answer.onNext(DmesgLine.getDefaultInstance());
        }

        @Override
        public void reboot(RebootRequest request, StreamObserver<RebootResponse> answer) {
            answer.onNext(RebootResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    @BeforeEach
    void startNode() throws Exception {
        gate.learn(List.of());
        authority = SiteAuthority.create(Files.createDirectory(directory.resolve("a")), "test", InstantSource.system());
        otherSite = SiteAuthority.create(Files.createDirectory(directory.resolve("b")), "test", InstantSource.system());
        var keys = KeyPairs.ecP256();
        var chain = authority.issueNode("m1", CertificateRequest.create(keys), InetAddress.getLoopbackAddress());
        var identity = new RotatingIdentity(new TlsIdentity(keys.getPrivate(), chain));
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = SiteServers.builder(loopback, identity, authority.certificate(), ClientCertificate.OPTIONAL)
                .addService(new WhoCalls())
                .intercept(new RoleInterceptor(
                        MachineApiRoles.MACHINE,
                        Set.of(),
                        authority.certificate(),
                        InstantSource.system(),
                        gate,
                        refused -> refusals.add(refused.reason())))
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        for (var part : open) {
            part.close();
        }
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    @Test
    void aReaderMayReadByNameAndByAddress() throws Exception {
        var alice = person("alice", Role.READER);

        for (var peer :
                List.of(Peer.machine("m1", "127.0.0.1", server.getPort()), Peer.at("127.0.0.1", server.getPort()))) {
            var client = keep(NodeClient.direct(peer, alice, authority.certificate()));
            assertEquals(
                    "alice (reader)",
                    client.api().version(VersionRequest.getDefaultInstance()).getMachine());
        }
    }

    @Test
    void aNodeOfAnotherNameIsNotBelieved() {
        var client = keep(NodeClient.direct(
                Peer.machine("m2", "127.0.0.1", server.getPort()),
                person("alice", Role.READER),
                authority.certificate()));

        var refusal =
                assertThrows(StatusException.class, () -> client.api().version(VersionRequest.getDefaultInstance()));

        assertEquals(Status.Code.UNAVAILABLE, refusal.getStatus().getCode());
        assertTrue(client.explain(refusal).contains("m2"), () -> client.explain(refusal));
    }

    @Test
    void tooSmallARoleIsRefusedWithBothRoles() {
        var client = keep(NodeClient.direct(
                Peer.at("127.0.0.1", server.getPort()), person("alice", Role.READER), authority.certificate()));

        var refusal =
                assertThrows(StatusException.class, () -> client.api().reboot(RebootRequest.getDefaultInstance()));

        assertEquals("PERMISSION_DENIED: Reboot needs the role operator; alice has reader", client.explain(refusal));
        assertEquals(List.of(Reason.ROLE_TOO_SMALL), refusals);
    }

    @Test
    void aNodeIsNoPerson() {
        var keys = KeyPairs.ecP256();
        var chain = authority.issueNode("m2", CertificateRequest.create(keys), null);
        var other = new TlsIdentity(keys.getPrivate(), chain);

        var refusal = refusalOf(other, new Metadata());

        assertEquals("PERMISSION_DENIED: Version needs the role reader; m2 has node", describe(refusal));
    }

    @Test
    void aCallerWithoutACertificateIsRefused() {
        var refusal = refusalOf(null, new Metadata());

        assertEquals(
                "UNAUTHENTICATED: Version needs a client certificate of this site, none was shown; give one with its"
                        + " key",
                describe(refusal));
        assertEquals(List.of(Reason.MISSING), refusals);
    }

    @Test
    void anotherSitesCertificateIsRefusedAndTheClientCanSayWhy() {
        var mallory = otherSite.issueOperator("mallory", Role.ADMIN, Duration.ofDays(1));
        var client = keep(NodeClient.direct(Peer.at("127.0.0.1", server.getPort()), mallory, authority.certificate()));

        var refusal =
                assertThrows(StatusException.class, () -> client.api().version(VersionRequest.getDefaultInstance()));

        assertTrue(client.explain(refusal).contains("is not this site's CA"), () -> client.explain(refusal));
    }

    @Test
    void anExpiredCertificateIsRefusedAndTheClientCanSayWhy() {
        var past = InstantSource.fixed(Instant.now().minus(Duration.ofDays(3)));
        var late =
                SiteAuthority.open(directory.resolve("a"), past).issueOperator("late", Role.ADMIN, Duration.ofDays(1));
        var client = keep(NodeClient.direct(Peer.at("127.0.0.1", server.getPort()), late, authority.certificate()));

        var refusal =
                assertThrows(StatusException.class, () -> client.api().version(VersionRequest.getDefaultInstance()));

        assertTrue(client.explain(refusal).contains("expired at"), () -> client.explain(refusal));
    }

    @Test
    void theServerCallsOnBehalfOfAPersonAndNobodyElseDoes() throws Exception {
        var headers = new Metadata();
        headers.put(MachineMetadata.ON_BEHALF_OF, "bob;operator");
        var boot = authority.issueServer(List.of(), List.of());

        assertEquals("bob (operator)", version(boot, headers));
        var refusal = refusalOf(person("alice", Role.READER), headers);
        assertTrue(describe(refusal).startsWith("PERMISSION_DENIED: only the server calls on behalf of others"));
    }

    @Test
    void theServerAloneHasNoRoleOfPeople() {
        var refusal = refusalOf(authority.issueServer(List.of(), List.of()), new Metadata());

        assertEquals("PERMISSION_DENIED: Version needs the role reader; garboard-server has server", describe(refusal));
    }

    @Test
    void aRevokedCertificateIsRefusedAndItsOpenStreamsEnd() throws Exception {
        var alice = person("alice", Role.READER);
        var bob = person("bob", Role.READER);
        var client = keep(NodeClient.direct(Peer.at("127.0.0.1", server.getPort()), alice, authority.certificate()));
        var stream = client.api().dmesg(DmesgRequest.getDefaultInstance());
        assertTrue(stream.hasNext() && stream.read() != null);

        gate.learn(List.of(new Revocation(Revocation.serialOf(alice.certificate()), "", alice.notAfter())));

        var cut = assertThrows(StatusException.class, stream::hasNext);
        assertEquals(Status.Code.UNAUTHENTICATED, cut.getStatus().getCode());
        assertTrue(client.explain(cut).contains("was revoked"), () -> client.explain(cut));
        assertTrue(cancelled.await(10, TimeUnit.SECONDS), "the service was not told");
        var refusal = refusalOf(alice, new Metadata());
        assertTrue(describe(refusal).contains("was revoked"), () -> describe(refusal));
        assertEquals("bob (reader)", version(bob, new Metadata()));
    }

    @Test
    void anotherCertificateForARevokedKeyIsRefusedToo() throws Exception {
        var keys = KeyPairs.ecP256();
        var request = CertificateRequest.create(keys);
        var first = authority.issueOperator("alice", Role.READER, request, Duration.ofDays(1));
        var second = authority.issueOperator("alice", Role.ADMIN, request, Duration.ofDays(1));

        gate.learn(List.of(new Revocation(
                Revocation.serialOf(first.getFirst()),
                Revocation.keyDigestOf(first.getFirst()),
                Instant.now().plusSeconds(60))));

        var refusal = refusalOf(new TlsIdentity(keys.getPrivate(), second), new Metadata());
        assertTrue(describe(refusal).contains("was revoked"), () -> describe(refusal));
    }

    @Test
    void aLaterListThatLacksACertificateTakesNothingBack() {
        var alice = person("alice", Role.READER);
        gate.learn(List.of(new Revocation(Revocation.serialOf(alice.certificate()), "", alice.notAfter())));

        gate.learn(List.of());

        assertTrue(describe(refusalOf(alice, new Metadata())).contains("was revoked"));
    }

    private TlsIdentity person(String name, Role role) {
        return authority.issueOperator(name, role, Duration.ofDays(1));
    }

    private StatusException refusalOf(@Nullable TlsIdentity identity, Metadata headers) {
        return assertThrows(StatusException.class, () -> version(identity, headers));
    }

    private static String describe(StatusException refusal) {
        return refusal.getStatus().getCode() + ": " + refusal.getStatus().getDescription();
    }

    private String version(@Nullable TlsIdentity identity, Metadata headers) throws StatusException {
        var keys = identity == null ? null : (X509KeyManager) identity.keyManagers()[0];
        ManagedChannel channel =
                SiteChannels.open(Peer.at("127.0.0.1", server.getPort()), keys, authority.certificate());
        open.add(channel::shutdownNow);
        return MachineServiceGrpc.newBlockingV2Stub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .version(VersionRequest.getDefaultInstance())
                .getMachine();
    }

    private NodeClient keep(NodeClient client) {
        open.add(client);
        return client;
    }
}
