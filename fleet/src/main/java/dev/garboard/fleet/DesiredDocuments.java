package dev.garboard.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Where the documents of nodes come from. */
public interface DesiredDocuments {

    /** All documents that a machine is to have; empty while that is not known, when nothing may be said to it. May block. */
    Optional<NodeState> of(String machine);

    /** Who is told of each machine whose documents or secrets changed. */
    void listen(Consumer<String> changed);

    /** A machine has said what became of its orders; it says so until they are no longer repeated. May block. */
    void answered(String machine, List<OrderAnswer> answers);

    /** Those of all sources together. */
    static DesiredDocuments composed(DesiredDocuments... sources) {
        return new ComposedDocuments(List.of(sources));
    }

    /** No machine has any documents. */
    static DesiredDocuments none() {
        return new DesiredDocuments() {
            @Override
            public Optional<NodeState> of(String machine) {
                return Optional.of(new NodeState(0, List.of(), Map.of()));
            }

            @Override
            public void listen(Consumer<String> changed) {}

            @Override
            public void answered(String machine, List<OrderAnswer> answers) {}
        };
    }

    /**
     * The documents of one node, the secrets that they refer to, and what it is ordered to do once.
     *
     * @param revision grows with every change of any of them
     */
    record NodeState(
            long revision,
            List<Document> documents,
            Map<String, String> secrets,
            List<LeaveOrder> orders,
            Settings settings) {

        /** One without settings. */
        public NodeState(
                long revision, List<Document> documents, Map<String, String> secrets, List<LeaveOrder> orders) {
            this(revision, documents, secrets, orders, Settings.NONE);
        }

        /** One without orders. */
        public NodeState(long revision, List<Document> documents, Map<String, String> secrets) {
            this(revision, documents, secrets, List.of());
        }

        public NodeState {
            orders = List.copyOf(orders);
            documents = List.copyOf(documents);
            secrets = Map.copyOf(secrets);
        }

        /** Names the secrets, and shows none. */
        @Override
        public String toString() {
            return "NodeState[" + revision + ", " + documents + ", secrets " + new TreeSet<>(secrets.keySet()) + ", "
                    + orders + ", " + settings + "]";
        }
    }

    /**
     * What any node is told beside its documents.
     *
     * @param digest of what is configured of the machine, these settings and documents; empty where there is no source of it
     * @param hostname empty leaves the node's name as it is
     * @param dnsServers empty means those of DHCP
     * @param timeServers empty means those of DHCP
     * @param documents those among the documents that are configured, as {@code Kind/name}
     */
    record Settings(
            String digest, String hostname, List<String> dnsServers, List<String> timeServers, Set<String> documents) {

        /** Nothing is configured. */
        public static final Settings NONE = new Settings("", "", List.of(), List.of(), Set.of());

        public Settings {
            dnsServers = List.copyOf(dnsServers);
            timeServers = List.copyOf(timeServers);
            documents = Set.copyOf(documents);
        }
    }

    /**
     * That the node ends its part in a cluster. All of it must be true of the node, or the node refuses.
     *
     * @param id never given to another order
     * @param etcdToken of the cluster's Etcd documents
     * @param caSha256 of the certificate of the cluster's Kubernetes CA, in hexadecimal digits
     */
    record LeaveOrder(String id, String machine, String cluster, String etcdToken, String caSha256) {}

    /**
     * What became of an order.
     *
     * @param over whether there is nothing more to come
     * @param refusal why nothing was done; empty when it was
     */
    record OrderAnswer(String id, boolean over, String refusal) {}

    /**
     * One document.
     *
     * @param content as JSON; nobody changes the array
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by value below, and never changed
    record Document(String kind, String name, long revision, byte[] content) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Document(var otherKind, var otherName, var otherRevision, var otherContent)
                    && kind.equals(otherKind)
                    && name.equals(otherName)
                    && revision == otherRevision
                    && Arrays.equals(content, otherContent);
        }

        @Override
        public int hashCode() {
            return kind.hashCode() * 31 + Long.hashCode(revision);
        }

        @Override
        public String toString() {
            return kind + "/" + name + "@" + revision;
        }
    }
}
