package dev.garboard.inventory;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** What a resource must satisfy beside others, and beside what it was. Asked inside the transaction that writes. */
final class NeighbourRules {

    private NeighbourRules() {}

    /**
     * Checks a new or changed spec against the other stored resources.
     *
     * @throws InvalidResourceException naming the field, the neighbour and the remedy
     */
    static void check(Handle handle, Resource<?, ?> resource) {
        var findings = new Findings();
        switch (resource.spec()) {
            case ClusterSpec cluster ->
                ResourceRows.list(handle, Kinds.SUBNET)
                        .items()
                        .forEach(subnet -> ClusterChecks.checkApart(cluster, subnet.name(), subnet.spec(), findings));
            case SubnetSpec subnet -> {
                ResourceRows.list(handle, Kinds.SUBNET).items().stream()
                        .filter(other -> !other.name().equals(resource.name()))
                        .forEach(other -> SubnetChecks.checkApart(subnet, other.name(), other.spec(), findings));
                ResourceRows.list(handle, Kinds.CLUSTER).items().forEach(cluster -> {
                    var theirs = new Findings();
                    ClusterChecks.checkApart(cluster.spec(), resource.name(), subnet, theirs);
                    findings.expect(
                            theirs.none(),
                            "spec.cidr",
                            subnet.cidr(),
                            "a network apart from the pods' " + cluster.spec().podCidr() + " and the services' "
                                    + cluster.spec().serviceCidr() + " of cluster " + cluster.name()
                                    + "; kube-proxy would cut its nodes off without a word");
                });
            }
            default -> {}
        }
        findings.throwIfAny();
    }

    /** As {@link #check}, for a resource that is not there yet. */
    static void checkNew(Handle handle, Resource<?, ?> resource, Instant now) {
        if (resource.spec() instanceof OperatorCertificateSpec certificate) {
            var book = ResourceRows.list(handle, Kinds.OPERATOR_CERTIFICATE);
            var findings = new Findings();
            CertificateChecks.checkNew(
                    resource.name(),
                    certificate,
                    new CertificateChecks.Book(book.items(), book.unreadable().size(), now),
                    findings);
            findings.throwIfAny();
        }
        check(handle, resource);
    }

    /** Checks what may not change any more. */
    static void checkChange(Resource<?, ?> stored, Resource<?, ?> wanted) {
        if (stored.spec() instanceof ClusterSpec before
                && wanted.spec() instanceof ClusterSpec after
                && stored.status() instanceof ClusterStatus status) {
            var findings = new Findings();
            ClusterChecks.checkChange(before, after, status, findings);
            findings.throwIfAny();
        }
    }
}
