package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.inventory.Acceptance;
import dev.garboard.trust.SiteTrust;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever shares a node's address: what runs in its pods comes to the server from the same one. */
@Timeout(120)
class StrangersIT {

    private static final String OTHER_MAC = "52:54:00:00:00:02";
    /** The client would keep the call to itself until the request is complete, if it knew that there is only one message. */
    private static final MethodDescriptor<EnrollRequest, EnrollResponse> AS_STREAM =
            EnrollmentServiceGrpc.getEnrollMethod().toBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build();

    private static final int PER_ADDRESS = 8;
    private static final int HANDSHAKES = 4;

    @TempDir
    Path directory;

    FleetRig rig;
    final List<Socket> sockets = new ArrayList<>();
    final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true, new ConnectionLimits(64, PER_ADDRESS, 16, HANDSHAKES));
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
    }

    @AfterEach
    void stop() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
        channels.forEach(ManagedChannel::shutdownNow);
        rig.close();
    }

    @Test
    void whoFillsEveryPlaceOfAnAddressKeepsTheNodeThereNeitherFromConnectingNorFromEnrolling() throws Exception {
        var session = rig.booted(MAC);
        var node = rig.node();
        node.take(next(node.enroll(node.request(session, MAC, UUID).build())).getAccepted());

        holdEverything();
        node.connect("node-1", session);

        assertNotNull(node.received.poll(10, TimeUnit.SECONDS), () -> "no word in 10 s; " + rig.counted);
        node.renew();

        holdEverything();
        var other = rig.booted(OTHER_MAC);
        var enrolling = rig.node();
        var answers = enrolling.enroll(enrolling.request(other, OTHER_MAC, "").build());
        var answer = answers.poll(10, TimeUnit.SECONDS);
        assertNotNull(answer, () -> "no answer in 10 s; " + rig.counted);
        assertTrue(answer.hasAccepted(), answer::toString);

        enrolling.take(answer.getAccepted());
        enrolling.connect(answer.getAccepted().getMachine(), other);
        assertNotNull(enrolling.received.poll(10, TimeUnit.SECONDS), () -> "no word in 10 s; " + rig.counted);
        eventually(() -> rig.fleet.connected() == 2, () -> rig.fleet.connected() + " nodes are connected");
        assertTrue(rig.count("connection TooManyHandshakesFromAddress") > 0, rig.counted::toString);
        assertTrue(rig.count("connection TooManyFromAddress") > 0, rig.counted::toString);
        eventually(() -> rig.count("call TooManySilentCalls") > 0, rig.counted::toString);
    }

    /** Connections that shake no hands, connections that shook them and say nothing, and calls without a message. */
    private void holdEverything() throws Exception {
        for (int i = 0; i < PER_ADDRESS; i++) {
            silentCalls();
        }
        for (int i = 0; i < 2 * PER_ADDRESS; i++) {
            handshake();
        }
        for (int i = 0; i < PER_ADDRESS; i++) {
            silentCalls();
        }
        int before = rig.count("connection TooManyHandshakesFromAddress");
        for (int i = 0; i < 2 * HANDSHAKES; i++) {
            sockets.add(new Socket(InetAddress.getLoopbackAddress(), rig.fleet.port()));
        }
        eventually(
                () -> rig.count("connection TooManyHandshakesFromAddress") >= before + HANDSHAKES,
                rig.counted::toString);
    }

    private void handshake() throws Exception {
        var context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {SiteTrust.of(rig.authority.certificate())}, null);
        var socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), rig.fleet.port());
        sockets.add(socket);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        try {
            socket.startHandshake();
        } catch (IOException gaveWay) {
            // to another stranger, which is what the bounds are for
        }
    }

    private void silentCalls() {
        var channel = SiteChannels.open(FakeNode.server(rig.fleet.port()), null, rig.authority.certificate());
        channels.add(channel);
        for (int i = 0; i < 20; i++) {
            channel.newCall(AS_STREAM, CallOptions.DEFAULT).start(new ClientCall.Listener<>() {}, new Metadata());
        }
    }

    @Test
    void whoUsesUpWhatAnAddressMayAskKeepsNoBootThereFromEnrolling() throws Exception {
        var session = rig.booted(MAC);
        var stranger = rig.node();
        // What may be known to everybody on the machine: the session, not its ticket.
        var request = stranger.request(session, MAC, UUID).clearBootTicket().build();
        for (int i = 0; i < 500 && rig.count("enroll rate-limited") < 3; i++) {
            next(stranger.enroll(request));
        }
        assertTrue(rig.count("enroll rate-limited") >= 3, rig.counted::toString);

        var node = rig.node();
        var answer = next(node.enroll(node.request(session, MAC, UUID).build()));

        assertEquals("node-1", answer.getAccepted().getMachine());
    }
}
