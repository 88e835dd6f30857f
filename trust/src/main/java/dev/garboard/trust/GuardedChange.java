package dev.garboard.trust;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A change that takes a greater role than its verb alone, because it reaches a cluster's keys, its data, its programs or a disk. */
public enum GuardedChange {
    CLUSTER_VERSION("clusters", "spec.version", "it starts an upgrade, and etcd's data does not go back"),
    CLUSTER_SELECTORS(
            "clusters",
            "spec.controlPlane.selector, spec.workers.selector",
            "they choose the machines that hold the cluster's keys and data, and those that leave"),
    CLUSTER_WITHOUT_SNAPSHOT(
            "clusters",
            "the annotation garboard.dev/delete-without-snapshot",
            "it gives etcd's data up when the cluster is deleted"),
    OVERWRITE(
            "machines",
            "spec.stateDisk.overwrite or discard set, or moved to another disk",
            "it formats a disk that holds something else"),
    WEAK_IDENTITY(
            "machines",
            "spec.allowWeakIdentity other than to false, also by deleting the machine",
            "it lets a machine in that proves little"),
    CONTROL_PLANE_LABEL(
            "machines",
            "a label that a Cluster selects control planes by: given, changed or taken, also by creating or deleting"
                    + " the machine",
            "a control plane holds the cluster's keys and etcd's data"),
    CONTROL_PLANE_MACHINE(
            "machines",
            "spec.acceptance, spec.identity and spec.stateDisk of a machine with such a label",
            "they decide which computer is a control plane, and where its data lies"),
    ENROLMENT_BY_RULE(
            "machines",
            "deleting one, while an EnrollmentRule that accepts gives such a label",
            "it could enrol again and become a control plane"),
    RULE_BY_ADDRESS(
            "subnets",
            "one that overlaps the subnets of an EnrollmentRule which gives such a label or allows weak identity",
            "whoever gives out addresses decides whom the rule accepts"),
    NODE_MIRROR(
            "nodeconfigs",
            "a RegistryMirror document given, changed or taken; selector and priority of a NodeConfig that has one",
            "a registry's mirror decides which programs run in the place of those that were asked for"),
    MIRROR_LABEL(
            "machines",
            "a label that a NodeConfig with a RegistryMirror selects by: given, changed or taken, also by creating or"
                    + " deleting the machine",
            "it decides which machines have that mirror's programs"),
    CERTIFICATE_OF_ANOTHER(
            "operatorcertificates",
            "creating one for another name or with another role than the caller's, and revoking another than the"
                    + " caller's",
            "it gives a role away, or takes one"),
    UPGRADE_CALL("KubernetesUpgrade", "with a version and without dry_run", "it starts the upgrade");

    private final String subject;
    private final String what;
    private final String why;

    GuardedChange(String subject, String what, String why) {
        this.subject = subject;
        this.what = what;
        this.why = why;
    }

    /** The role that is needed. */
    public Role role() {
        return Role.ADMIN;
    }

    /** Plural of a kind, or a method of the machine API. */
    public String subject() {
        return subject;
    }

    /** Why the greater role is needed, as the end of a sentence. */
    public String why() {
        return why;
    }

    /** All of them for a guide, in Markdown. */
    public static String markdown() {
        return Arrays.stream(values())
                .map(change -> "| %s | %s | %s | %s |\n"
                        .formatted(change.subject, change.what, change.role().word(), change.why))
                .collect(
                        Collectors.joining("", "| what | change | needs | because |\n| --- | --- | --- | --- |\n", ""));
    }
}
