package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What stays the same through all states of one client: who it is, and where its chance comes from. */
public final class ClientContext {

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final int MAXIMUM_DOUBLINGS = 5;

    private final MacAddress mac;
    private final ClientMessages messages;
    private final RandomGenerator random;

    public ClientContext(ClientIdentity identity, RandomGenerator random) {
        this.mac = identity.mac();
        this.messages = new ClientMessages(identity);
        this.random = random;
    }

    public ClientMessages messages() {
        return messages;
    }

    int newTransactionId() {
        return random.nextInt();
    }

    boolean isFor(DhcpMessage reply, int transactionId) {
        return reply.reply()
                && reply.transactionId() == transactionId
                && reply.mac().filter(mac::equals).isPresent();
    }

    List<ClientAction> release(LeaseInfo lease) {
        return List.of(
                new ClientAction.Unicast(messages.release(newTransactionId(), lease), lease.server()),
                new ClientAction.Deconfigure(lease, "released"));
    }

    /**
     * 1, 2, 4 to 32 seconds, each with a fifth more or less. RFC 2131 begins with 4: a node that boots with its switch port
     * still silent would wait that long for nothing.
     */
    Duration backoff(int tries) {
        var wait = FIRST_WAIT.multipliedBy(1L << Math.clamp(tries, 0, MAXIMUM_DOUBLINGS));
        long jitter = wait.toMillis() / 5;
        return wait.plusMillis(random.nextLong(-jitter, jitter + 1));
    }

    static Optional<LeaseInfo> acknowledged(DhcpMessage reply) {
        var ack = reply.options().find(DhcpOption.Type.class).filter(type -> type.value() == MessageType.ACK);
        return ack.flatMap(_ -> LeaseInfo.of(reply));
    }

    static int seconds(Instant since, Instant now) {
        return Math.toIntExact(Math.clamp(Duration.between(since, now).toSeconds(), 0L, 0xFFFFL));
    }
}
