package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agentapi.etcd.Member;
import dev.garboard.kubernetes.document.Etcd;
import java.net.Inet4Address;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a member without data comes into a cluster: it asks the others, makes itself known there as a learner, and then starts. */
final class EtcdMembership {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");

    private final Function<Inet4Address, EtcdClient> clients;

    /**
     * With clients of other members.
     *
     * @param clients opens one; it is closed here
     */
    EtcdMembership(Function<Inet4Address, EtcdClient> clients) {
        this.clients = clients;
    }

    /**
     * Makes sure that the cluster expects this member, and tells the peer URLs of all by their names.
     *
     * @throws DocumentPendingException when no member answers, or another one is being added
     */
    Map<String, String> join(Etcd document) {
        var failures = new ArrayList<String>();
        for (var other : document.members()) {
            try (var client = clients.apply(other.address())) {
                return join(document, client);
            } catch (EtcdException failed) {
                if (failed.isTooManyLearners()) {
                    throw new DocumentPendingException(
                            "waits until another member, which was added before, votes: " + failed.getMessage());
                }
                failures.add(failed.getMessage());
            }
        }
        throw new DocumentPendingException(
                "waits for a member of the cluster to let this one join: " + String.join("; ", failures));
    }

    private static Map<String, String> join(Etcd document, EtcdClient client) {
        var ownUrl = EtcdSettings.peerUrl(document.address());
        List<Member> members = client.members();
        for (var stale : members) {
            // A member with a name has started before; its data is gone, and an empty one in its place would forget its
            // votes.
            if (isOwn(stale, document) && !stale.getName().isEmpty()) {
                LOG.warn("this member was in the cluster as {} and has lost its data; it joins anew", id(stale));
                members = client.remove(stale.getID());
            }
        }
        if (members.stream().noneMatch(member -> member.getPeerURLsList().contains(ownUrl))) {
            LOG.info("added to the cluster as the learner {}", id(client.addLearner(ownUrl)));
            members = client.members();
        }
        var urls = new TreeMap<String, String>();
        for (var member : members) {
            boolean own = member.getPeerURLsList().contains(ownUrl);
            String name = own ? document.memberName() : member.getName();
            if (name.isEmpty()) {
                throw new DocumentPendingException("waits until the member at " + member.getPeerURLsList()
                        + ", which was added before, has started");
            }
            urls.put(name, member.getPeerURLs(0));
        }
        return urls;
    }

    /**
     * Asks the voters to let a learner vote.
     *
     * @param local this node's member
     * @throws DocumentPendingException when it has not caught up yet
     */
    void promote(Etcd document, EtcdClient local) {
        long id = local.status().getHeader().getMemberId();
        var failures = new ArrayList<String>();
        for (var other : document.members()) {
            try (var client = clients.apply(other.address())) {
                client.promote(id);
                LOG.info("votes now");
                return;
            } catch (EtcdException failed) {
                if (failed.isNotLearner()) {
                    return;
                }
                failures.add(failed.getMessage());
            }
        }
        throw new DocumentPendingException("waits to become a voting member: " + String.join("; ", failures));
    }

    /** Whether the others say that this member is none of them any more: then its data is of no use. */
    boolean isRemoved(Etcd document) {
        for (var other : document.members()) {
            try (var client = clients.apply(other.address())) {
                return client.members().stream().noneMatch(member -> isOwn(member, document));
            } catch (EtcdException failed) {
                LOG.debug("cannot say whether this node is a member: {}", failed.getMessage());
            }
        }
        return false;
    }

    private static boolean isOwn(Member member, Etcd document) {
        return member.getPeerURLsList().contains(EtcdSettings.peerUrl(document.address()))
                || member.getName().equals(document.memberName());
    }

    /** The other members that do not answer. */
    List<String> silent(Etcd document) {
        var silent = new ArrayList<String>();
        for (var other : document.members()) {
            try (var client = clients.apply(other.address())) {
                client.status();
            } catch (EtcdException failed) {
                LOG.debug("{}", failed.getMessage());
                silent.add(other.name());
            }
        }
        return silent;
    }

    /**
     * Where clients reach a member.
     *
     * @throws IllegalStateException when it has not started yet, and so has not said it
     */
    static String host(Member member) {
        var host = member.getClientURLsCount() == 0
                ? null
                : URI.create(member.getClientURLs(0)).getHost();
        if (host == null) {
            throw new IllegalStateException("the member " + id(member) + " has not said where it is reached");
        }
        return host;
    }

    /** A member's identity as etcd's tools write it. */
    static String id(long id) {
        return String.format("%016x", id);
    }

    private static String id(Member member) {
        return id(member.getID());
    }
}
