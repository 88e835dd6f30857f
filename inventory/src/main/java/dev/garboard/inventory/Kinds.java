package dev.garboard.inventory;

import java.util.List;
import java.util.Optional;

/** All kinds that the inventory knows. */
public final class Kinds {

    public static final Kind<MachineSpec, MachineStatus> MACHINE =
            new Kind<>("Machine", "machines", "machine", List.of("gbm"), MachineSpec.class, MachineStatus.class, false);
    public static final Kind<ImageSpec, ImageStatus> IMAGE =
            new Kind<>("Image", "images", "image", List.of(), ImageSpec.class, ImageStatus.class, false);
    public static final Kind<EnrollmentRuleSpec, NoStatus> ENROLLMENT_RULE = new Kind<>(
            "EnrollmentRule",
            "enrollmentrules",
            "enrollmentrule",
            List.of("er"),
            EnrollmentRuleSpec.class,
            NoStatus.class,
            false);
    public static final Kind<SubnetSpec, NoStatus> SUBNET =
            new Kind<>("Subnet", "subnets", "subnet", List.of(), SubnetSpec.class, NoStatus.class, false);
    public static final Kind<LeaseSpec, NoStatus> LEASE =
            new Kind<>("Lease", "leases", "lease", List.of(), LeaseSpec.class, NoStatus.class, true);
    public static final Kind<BootSessionSpec, BootSessionStatus> BOOT_SESSION = new Kind<>(
            "BootSession",
            "bootsessions",
            "bootsession",
            List.of("boot", "boots"),
            BootSessionSpec.class,
            BootSessionStatus.class,
            true);

    public static final Kind<ClusterSpec, ClusterStatus> CLUSTER =
            new Kind<>("Cluster", "clusters", "cluster", List.of(), ClusterSpec.class, ClusterStatus.class, false);

    public static final Kind<OperatorCertificateSpec, NoStatus> OPERATOR_CERTIFICATE = new Kind<>(
            "OperatorCertificate",
            "operatorcertificates",
            "operatorcertificate",
            List.of("oc"),
            OperatorCertificateSpec.class,
            NoStatus.class,
            false);

    public static final Kind<NodeConfigSpec, NoStatus> NODE_CONFIG = new Kind<>(
            "NodeConfig", "nodeconfigs", "nodeconfig", List.of("nc"), NodeConfigSpec.class, NoStatus.class, false);

    private Kinds() {}

    public static List<Kind<?, ?>> all() {
        return List.of(
                MACHINE,
                IMAGE,
                ENROLLMENT_RULE,
                SUBNET,
                LEASE,
                BOOT_SESSION,
                CLUSTER,
                OPERATOR_CERTIFICATE,
                NODE_CONFIG);
    }

    /** The kind of that name, for example {@code Machine}. */
    public static Optional<Kind<?, ?>> named(String name) {
        return all().stream().filter(kind -> kind.name().equals(name)).findFirst();
    }
}
