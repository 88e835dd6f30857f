package dev.garboard.inventory;

import dev.garboard.kubernetes.KubernetesVersion;
import java.util.Map;
import java.util.TreeMap;

/** The rules of a cluster: a version that nodes can run, selectors that share no machine, networks that do not overlap. */
final class ClusterChecks {

    /** A /24 for each node leaves room for one node at least. */
    private static final int NODE_PREFIX = 24;

    private static final String OVERLAP =
            "kube-proxy drops traffic to unallocated service addresses and would cut nodes and pods off without a word";

    private ClusterChecks() {}

    static void check(ClusterSpec spec, Findings findings) {
        checkVersion(spec.version(), findings);
        checkSelectors(spec, findings);
        checkNetworks(spec, findings);
        findings.name("spec.clusterDomain", spec.clusterDomain());
        var endpoint = spec.endpoint();
        if (endpoint != null) {
            int colon = endpoint.lastIndexOf(':');
            findings.expect(
                    colon > 0
                            && Syntax.dnsSubdomain(endpoint.substring(0, colon))
                            && isPort(endpoint.substring(colon + 1)),
                    "spec.endpoint",
                    endpoint,
                    "host:port, such as api.example.org:6443");
        }
    }

    private static void checkVersion(String version, Findings findings) {
        try {
            var parsed = KubernetesVersion.parse(version);
            findings.expect(parsed.toString().equals(version), "spec.version", version, parsed.toString());
        } catch (IllegalArgumentException unsupported) {
            findings.expect(
                    false,
                    "spec.version",
                    version,
                    "a version of Kubernetes " + String.join(" or ", KubernetesVersion.SUPPORTED) + ", such as "
                            + KubernetesVersion.SUPPORTED.getLast() + ".2");
        }
    }

    private static void checkSelectors(ClusterSpec spec, Findings findings) {
        var controlPlanes = spec.controlPlane().selector();
        var workers = spec.workers().selector();
        findings.labels("spec.controlPlane.selector", controlPlanes);
        findings.labels("spec.workers.selector", workers);
        findings.expect(
                !controlPlanes.isEmpty(),
                "spec.controlPlane.selector",
                "no labels",
                "at least one label, such as role: control-plane; without any it would select nothing");
        if (!controlPlanes.isEmpty() && !workers.isEmpty()) {
            findings.expect(
                    tellApart(controlPlanes, workers),
                    "spec.workers.selector",
                    new TreeMap<>(workers),
                    "a label that spec.controlPlane.selector has with another value; otherwise one machine could be selected by both");
        }
    }

    /** Whether no set of labels satisfies both. */
    private static boolean tellApart(Map<String, String> one, Map<String, String> other) {
        return one.entrySet().stream().anyMatch(label -> {
            var value = other.get(label.getKey());
            return value != null && !value.equals(label.getValue());
        });
    }

    private static void checkNetworks(ClusterSpec spec, Findings findings) {
        var pods = Ipv4Block.parse(spec.podCidr());
        findings.expect(
                pods.isPresent() && pods.get().prefix() >= 8 && pods.get().prefix() <= NODE_PREFIX,
                "spec.podCidr",
                spec.podCidr(),
                "a network of 8 to 24 bits such as 10.244.0.0/16, with no bits set after the prefix; each node gets a /24 of it");
        var services = Ipv4Block.parse(spec.serviceCidr());
        findings.expect(
                services.isPresent()
                        && services.get().prefix() >= 12
                        && services.get().prefix() <= 28,
                "spec.serviceCidr",
                spec.serviceCidr(),
                "a network of 12 to 28 bits such as 10.96.0.0/16, with no bits set after the prefix");
        if (pods.isPresent() && services.isPresent()) {
            findings.expect(
                    !pods.get().overlaps(services.get()),
                    "spec.serviceCidr",
                    spec.serviceCidr(),
                    "a network apart from spec.podCidr, " + spec.podCidr() + "; " + OVERLAP);
        }
    }

    /** What a cluster and a subnet say of each other. */
    static void checkApart(ClusterSpec cluster, String subnetName, SubnetSpec subnet, Findings findings) {
        var nodes = Ipv4Block.parse(subnet.cidr());
        if (nodes.isEmpty()) {
            return;
        }
        Map.of("spec.podCidr", cluster.podCidr(), "spec.serviceCidr", cluster.serviceCidr()).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(network -> Ipv4Block.parse(network.getValue())
                        .ifPresent(block -> findings.expect(
                                !block.overlaps(nodes.get()),
                                network.getKey(),
                                network.getValue(),
                                "a network apart from that of the nodes, " + nodes.get() + " of subnet " + subnetName
                                        + "; " + OVERLAP)));
    }

    /** What a cluster must keep while it lives. */
    static void checkChange(ClusterSpec before, ClusterSpec after, ClusterStatus status, Findings findings) {
        if (status.bootstrapMachine() == null) {
            return;
        }
        var remedy =
                ", as long as the cluster lives: its certificates and objects hold it; make another Cluster for another one";
        findings.expect(
                before.podCidr().equals(after.podCidr()), "spec.podCidr", after.podCidr(), before.podCidr() + remedy);
        findings.expect(
                before.serviceCidr().equals(after.serviceCidr()),
                "spec.serviceCidr",
                after.serviceCidr(),
                before.serviceCidr() + remedy);
        findings.expect(
                before.clusterDomain().equals(after.clusterDomain()),
                "spec.clusterDomain",
                after.clusterDomain(),
                before.clusterDomain() + remedy);
        findings.expect(
                before.podNetwork() == after.podNetwork(),
                "spec.podNetwork",
                after.podNetwork(),
                before.podNetwork()
                        + ", as long as the cluster lives: its pods would lose each other; make another Cluster"
                        + " for another one");
        checkUpgrade(before, after, status, findings);
    }

    /** To a later patch release, or to the next minor version; back to what runs while no control plane has left it. */
    private static void checkUpgrade(ClusterSpec before, ClusterSpec after, ClusterStatus status, Findings findings) {
        var upgrade = status.upgrade();
        if (before.version().equals(after.version())) {
            return;
        }
        if (upgrade != null && status.isBeyondReturn()) {
            findings.expect(
                    false,
                    "spec.version",
                    after.version(),
                    upgrade.to() + ": the upgrade from " + upgrade.from() + " to " + upgrade.to()
                            + " is on its way, and a control plane has" + " left " + upgrade.from()
                            + " already, from where nothing leads back; let it end first");
            return;
        }
        var runs = status.version() == null ? before.version() : status.version();
        findings.expect(
                mayFollow(after.version(), runs),
                "spec.version",
                after.version(),
                runs + ", which the cluster runs, a later release of the same minor version, or a release of the next"
                        + " one; no minor version may be left out, and etcd's data does not go back");
    }

    private static boolean mayFollow(String next, String runs) {
        try {
            return KubernetesVersion.parse(next).mayFollow(KubernetesVersion.parse(runs));
        } catch (IllegalArgumentException unsupported) {
            return false;
        }
    }

    private static boolean isPort(String text) {
        if (text.isEmpty() || text.length() > 5 || !Syntax.digits(text)) {
            return false;
        }
        int port = Integer.parseInt(text);
        return port >= 1 && port <= 65535;
    }
}
