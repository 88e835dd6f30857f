package dev.garboard.agentapi;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Opens gRPC channels between the parts of a site. */
public final class SiteChannels {

    /** Lists of hardware are the largest messages; they stay far below this. */
    public static final int LARGEST_MESSAGE = 4 << 20;

    private SiteChannels() {}

    /**
     * The other end.
     *
     * @param host name or address to connect to
     * @param expectedName DNS name or address that its certificate must carry
     */
    public record Peer(String host, int port, String expectedName) {

        /** A peer whose certificate carries the host that is connected to. */
        public static Peer at(String host, int port) {
            return new Peer(host, port, host);
        }

        /** A machine by its address; its certificate must carry the machine's name. */
        public static Peer machine(String name, String address, int port) {
            return new Peer(address, port, name);
        }
    }

    /**
     * A channel that connects when it is first used.
     *
     * @param identity what this end shows, or null for a caller without a certificate
     */
    public static ManagedChannel open(Peer peer, @Nullable X509KeyManager identity, X509Certificate siteCa) {
        return builder(peer, identity, siteCa).build();
    }

    /** The same as {@link #open}, for callers who set more. */
    public static NettyChannelBuilder builder(Peer peer, @Nullable X509KeyManager identity, X509Certificate siteCa) {
        return NettyChannelBuilder.forAddress(peer.host(), peer.port())
                .overrideAuthority(peer.expectedName())
                .sslContext(SiteTls.client(identity, siteCa))
                // A machine that lost its power answers nothing; without pings its stream would look alive for minutes.
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxInboundMessageSize(LARGEST_MESSAGE);
    }
}
