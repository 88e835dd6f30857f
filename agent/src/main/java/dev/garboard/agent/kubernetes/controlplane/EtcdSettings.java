package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.document.Etcd;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The flags of an etcd member, version 3.6. */
final class EtcdSettings {

    static final int PEER_PORT = 2380;

    private EtcdSettings() {}

    /** How a member begins when it has no data yet. */
    enum Start {
        /** It founds a cluster with itself as the only member. */
        NEW("new"),
        /** It was added to a cluster that exists, or has data already. */
        EXISTING("existing");

        private final String word;

        Start(String word) {
            this.word = word;
        }
    }

    /**
     * The command line.
     *
     * @param members peer URLs by name, this member among them
     * @param peer what the member shows to clients and to the other members
     */
    static List<String> command(
            Path program, Etcd document, Start start, Map<String, String> members, Path data, LeafFile peer, Path ca) {
        var address = document.address().getHostAddress();
        var initial = String.join(
                ",",
                new TreeMap<>(members)
                        .entrySet().stream()
                                .map(member -> member.getKey() + "=" + member.getValue())
                                .toList());
        return List.of(
                program.toString(),
                "--name=" + document.memberName(),
                "--data-dir=" + data,
                "--listen-peer-urls=" + peerUrl(document.address()),
                "--initial-advertise-peer-urls=" + peerUrl(document.address()),
                "--listen-client-urls=https://127.0.0.1:" + EtcdClient.PORT + ",https://" + address + ":"
                        + EtcdClient.PORT,
                "--advertise-client-urls=https://" + address + ":" + EtcdClient.PORT,
                "--initial-cluster=" + initial,
                "--initial-cluster-state=" + start.word,
                "--initial-cluster-token=" + document.token(),
                // A member whose name or token is wrong must not look like one that is only late.
                "--strict-reconfig-check=true",
                "--cert-file=" + peer.certificate(),
                "--key-file=" + peer.key(),
                "--client-cert-auth=true",
                "--trusted-ca-file=" + ca,
                "--peer-cert-file=" + peer.certificate(),
                "--peer-key-file=" + peer.key(),
                "--peer-client-cert-auth=true",
                "--peer-trusted-ca-file=" + ca,
                "--tls-min-version=TLS1.3",
                // Data that the disk damaged is found before the member takes part.
                "--feature-gates=InitialCorruptCheck=true",
                "--listen-metrics-urls=http://127.0.0.1:2381",
                "--logger=zap",
                "--log-level=info");
    }

    /** Where the other members reach the member at that address. */
    static String peerUrl(Inet4Address address) {
        return "https://" + address.getHostAddress() + ":" + PEER_PORT;
    }
}
