package dev.garboard.dhcp.client;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.MessageType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a client stands, RFC 2131 figure 5. A state is a value: what comes next is what {@link #receive} or {@link #elapse}
 * returns, and whoever drives it keeps that instead.
 */
public sealed interface ClientState {

    /** When {@link #elapse} is due, if nothing comes before. */
    Instant deadline();

    /** A datagram that may be a reply; what is not for this client changes nothing. */
    ClientStep receive(DhcpMessage reply, Instant now);

    /** The deadline has come. */
    ClientStep elapse(Instant now);

    /** Begins: the first DISCOVER leaves at once. */
    static ClientStep start(ClientContext context, Instant now) {
        return Selecting.begin(context, now);
    }

    /** Waits for an offer and takes the first one that is a lease. */
    record Selecting(ClientContext context, int transactionId, Instant since, int tries, Instant deadline)
            implements ClientState {

        static ClientStep begin(ClientContext context, Instant now) {
            return send(context, context.newTransactionId(), now, 0, now);
        }

        @Override
        public ClientStep receive(DhcpMessage reply, Instant now) {
            if (!context.isFor(reply, transactionId)
                    || reply.type().filter(MessageType.OFFER::equals).isEmpty()) {
                return new ClientStep(this, List.of());
            }
            return LeaseInfo.of(reply)
                    .map(offer -> Requesting.send(context, transactionId, offer, since, 0, now))
                    .orElseGet(() -> new ClientStep(this, List.of()));
        }

        @Override
        public ClientStep elapse(Instant now) {
            return send(context, transactionId, since, tries + 1, now);
        }

        private static ClientStep send(ClientContext context, int id, Instant since, int tries, Instant now) {
            var discover = context.messages().discover(id).withSeconds(ClientContext.seconds(since, now));
            var next = new Selecting(context, id, since, tries, now.plus(context.backoff(tries)));
            return new ClientStep(next, List.of(new ClientAction.Broadcast(discover)));
        }
    }

    /** Has chosen an offer and waits for the ACK. */
    record Requesting(
            ClientContext context, int transactionId, LeaseInfo offer, Instant since, int tries, Instant deadline)
            implements ClientState {

        private static final int MAXIMUM_TRIES = 3;

        @Override
        public ClientStep receive(DhcpMessage reply, Instant now) {
            if (!context.isFor(reply, transactionId)) {
                return new ClientStep(this, List.of());
            }
            if (reply.type().filter(MessageType.NAK::equals).isPresent()) {
                return Selecting.begin(context, now);
            }
            return ClientContext.acknowledged(reply)
                    .map(lease -> Bound.begin(context, lease, now))
                    .orElseGet(() -> new ClientStep(this, List.of()));
        }

        @Override
        public ClientStep elapse(Instant now) {
            return tries + 1 >= MAXIMUM_TRIES
                    ? Selecting.begin(context, now)
                    : send(context, transactionId, offer, since, tries + 1, now);
        }

        static ClientStep send(ClientContext context, int id, LeaseInfo offer, Instant since, int tries, Instant now) {
            var request = context.messages().request(id, offer).withSeconds(ClientContext.seconds(since, now));
            var next = new Requesting(context, id, offer, since, tries, now.plus(context.backoff(tries)));
            return new ClientStep(next, List.of(new ClientAction.Broadcast(request)));
        }
    }

    /** Has a lease; nothing to do until T1. */
    record Bound(ClientContext context, LeaseInfo lease, Instant grantedAt) implements ClientState {

        static ClientStep begin(ClientContext context, LeaseInfo lease, Instant now) {
            return new ClientStep(new Bound(context, lease, now), List.of(new ClientAction.Configure(lease)));
        }

        @Override
        public Instant deadline() {
            return lease.leaseTime().equals(LeaseInfo.INFINITE) ? Instant.MAX : grantedAt.plus(lease.renewAfter());
        }

        @Override
        public ClientStep receive(DhcpMessage reply, Instant now) {
            return new ClientStep(this, List.of());
        }

        @Override
        public ClientStep elapse(Instant now) {
            return Extending.send(context, context.newTransactionId(), lease, grantedAt, now);
        }

        /** Gives the address back, as at shutdown: send what is in the list and forget the state. */
        public List<ClientAction> release() {
            return context.release(lease);
        }

        /** Somebody else answers for the address: tell the server, wait ten seconds (RFC 2131 section 3.1), begin again. */
        public ClientStep decline(Instant now) {
            int id = context.newTransactionId();
            var wait = new Selecting(context, id, now, -1, now.plus(Duration.ofSeconds(10)));
            return new ClientStep(
                    wait,
                    List.of(
                            new ClientAction.Broadcast(context.messages().decline(id, lease)),
                            new ClientAction.Deconfigure(lease, "the address is in use by another machine")));
        }
    }

    /** Renewing from T1 to T2 (asks its server), rebinding from T2 on (asks every server). */
    record Extending(ClientContext context, int transactionId, LeaseInfo lease, Instant grantedAt, Instant deadline)
            implements ClientState {

        private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
        private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

        /** Gives the address back although nobody has extended it: an address without a client would outlive its lease. */
        public List<ClientAction> release() {
            return context.release(lease);
        }

        public boolean rebinding(Instant now) {
            return !now.isBefore(rebindAt(lease, grantedAt));
        }

        @Override
        public ClientStep receive(DhcpMessage reply, Instant now) {
            if (!context.isFor(reply, transactionId)) {
                return new ClientStep(this, List.of());
            }
            if (reply.type().filter(MessageType.NAK::equals).isPresent()) {
                return lose("the server refused to extend the lease", now);
            }
            var extended = ClientContext.acknowledged(reply);
            if (extended.isEmpty()) {
                return new ClientStep(this, List.of());
            }
            return extended.get().address().equals(lease.address())
                    ? Bound.begin(context, extended.get(), now)
                    : lose("the server extended another address", now);
        }

        @Override
        public ClientStep elapse(Instant now) {
            return now.isBefore(grantedAt.plus(lease.leaseTime()))
                    ? send(context, transactionId, lease, grantedAt, now)
                    : lose("the lease has run out", now);
        }

        static ClientStep send(ClientContext context, int id, LeaseInfo lease, Instant grantedAt, Instant now) {
            var rebindAt = rebindAt(lease, grantedAt);
            var expiry = grantedAt.plus(lease.leaseTime());
            boolean rebinding = !now.isBefore(rebindAt);
            var limit = rebinding ? expiry : rebindAt;
            // RFC 2131 section 4.4.5: wait half of what is left; but not a minute at least, for leases may be short.
            var wait = Duration.between(now, limit).dividedBy(2);
            wait = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
            wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
            var next = now.plus(wait);
            var deadline = next.isAfter(limit) ? limit : next;
            var message = context.messages()
                    .renew(id, lease)
                    .withSeconds(ClientContext.seconds(grantedAt.plus(lease.renewAfter()), now));
            return new ClientStep(
                    new Extending(context, id, lease, grantedAt, deadline),
                    List.of(
                            rebinding
                                    ? new ClientAction.Broadcast(message)
                                    : new ClientAction.Unicast(message, lease.server())));
        }

        private ClientStep lose(String reason, Instant now) {
            var again = Selecting.begin(context, now);
            var actions = new ArrayList<ClientAction>();
            actions.add(new ClientAction.Deconfigure(lease, reason));
            actions.addAll(again.actions());
            return new ClientStep(again.state(), actions);
        }

        private static Instant rebindAt(LeaseInfo lease, Instant grantedAt) {
            return grantedAt.plus(lease.rebindAfter());
        }
    }
}
