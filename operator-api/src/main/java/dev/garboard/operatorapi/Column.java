package dev.garboard.operatorapi;

import dev.garboard.inventory.BootSessionStatus.Step;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.ImageSpec;
import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One column of a kind's table.
 *
 * @param wide whether only {@code -o wide} shows it
 * @param cell the text for a resource at a time; an empty text is shown as {@code <none>}
 */
record Column(String name, boolean wide, BiFunction<Resource<?, ?>, Instant, String> cell) {

    private static final Column NAME = new Column("Name", false, (resource, _) -> resource.name());
    private static final Column AGE = new Column(
            "Age", false, (resource, now) -> since(resource.metadata().creationTimestamp(), now));

    private static final Map<Kind<?, ?>, List<Column>> COLUMNS = Map.of(
            Kinds.MACHINE, machine(),
            Kinds.IMAGE, image(),
            Kinds.ENROLLMENT_RULE, enrollmentRule(),
            Kinds.SUBNET, subnet(),
            Kinds.LEASE, lease(),
            Kinds.BOOT_SESSION, bootSession(),
            Kinds.CLUSTER, cluster(),
            Kinds.OPERATOR_CERTIFICATE, operatorCertificate(),
            Kinds.NODE_CONFIG, nodeConfig());

    /** Conditions that the phase tells already. */
    private static final Set<String> IN_PHASE = Set.of("Accepted", "Connected", "Ready");

    /** Conditions that are trouble when they hold. */
    private static final Set<String> BAD = Set.of("DuplicateIdentity", "IdentityClaimedTwice", "IdentityConflict");

    static List<Column> of(Kind<?, ?> kind) {
        return COLUMNS.getOrDefault(kind, List.of(NAME, AGE));
    }

    private static List<Column> machine() {
        var kind = Kinds.MACHINE;
        return List.of(
                NAME,
                plain(kind, "Phase", (machine, _) -> machine.status().phase()),
                plain(kind, "Acceptance", (machine, _) -> word(machine.spec().acceptance())),
                plain(kind, "Address", (machine, _) -> machine.status().address()),
                plain(kind, "Image", (machine, _) -> machine.status().image()),
                plain(kind, "Last Seen", (machine, now) -> lastSeen(machine.status(), now)),
                AGE,
                plain(kind, "Trouble", (machine, _) -> trouble(machine.status())),
                wide(
                        kind,
                        "MAC",
                        (machine, _) ->
                                String.join(",", machine.status().identity().macs())),
                wide(kind, "Serial", (machine, _) -> machine.status().identity().systemSerial()),
                wide(kind, "Agent", (machine, _) -> machine.status().agentVersion()),
                wide(kind, "Kernel", (machine, _) -> machine.status().kernelRelease()),
                wide(kind, "Boot Session", (machine, _) -> machine.status().bootSession()));
    }

    /** What a machine that may be Ready all the same cannot do: the conditions beside its phase. */
    private static String trouble(MachineStatus status) {
        return status.conditions().stream()
                .filter(condition -> condition.status().equals(BAD.contains(condition.type()) ? "True" : "False"))
                .map(Condition::type)
                .filter(type -> !IN_PHASE.contains(type))
                .collect(Collectors.joining(","));
    }

    private static List<Column> image() {
        var kind = Kinds.IMAGE;
        return List.of(
                NAME,
                plain(kind, "Version", (image, _) -> image.spec().version()),
                plain(kind, "Platform", (image, _) -> image.spec().platform()),
                plain(kind, "Architecture", (image, _) -> image.spec().architecture()),
                plain(kind, "Preferred", (image, _) -> image.spec().preferred() ? "yes" : "no"),
                plain(kind, "Kernel", (image, _) -> image.spec().kernelRelease()),
                plain(kind, "Size", (image, _) -> megabytes(image.spec())),
                AGE,
                wide(
                        kind,
                        "Servers",
                        (image, _) -> String.join(",", image.status().servers())),
                wide(kind, "Root Hash", (image, _) -> image.spec().rootHash()),
                wide(kind, "Signer", (image, _) -> image.spec().signer()));
    }

    private static List<Column> enrollmentRule() {
        var kind = Kinds.ENROLLMENT_RULE;
        return List.of(
                NAME,
                plain(kind, "Order", (rule, _) -> Integer.toString(rule.spec().order())),
                plain(kind, "Action", (rule, _) -> word(rule.spec().action())),
                plain(
                        kind,
                        "Limit",
                        (rule, _) -> rule.spec().limit() == null
                                ? null
                                : rule.spec().limit().toString()),
                plain(kind, "Name Pattern", (rule, _) -> rule.spec().namePattern()),
                plain(kind, "Weak Identity", (rule, _) -> rule.spec().allowWeakIdentity() ? "allowed" : "refused"),
                AGE);
    }

    private static List<Column> subnet() {
        var kind = Kinds.SUBNET;
        return List.of(
                NAME,
                plain(kind, "CIDR", (subnet, _) -> subnet.spec().cidr()),
                plain(
                        kind,
                        "Range",
                        (subnet, _) ->
                                subnet.spec().rangeStart() + "-" + subnet.spec().rangeEnd()),
                plain(
                        kind,
                        "Routers",
                        (subnet, _) -> String.join(",", subnet.spec().routers())),
                plain(
                        kind,
                        "Reservations",
                        (subnet, _) ->
                                Integer.toString(subnet.spec().reservations().size())),
                AGE,
                wide(
                        kind,
                        "DNS Servers",
                        (subnet, _) -> String.join(",", subnet.spec().dnsServers())));
    }

    private static List<Column> lease() {
        var kind = Kinds.LEASE;
        return List.of(
                NAME,
                plain(kind, "MAC", (lease, _) -> lease.spec().mac()),
                plain(kind, "Subnet", (lease, _) -> lease.spec().subnet()),
                plain(kind, "Expires", (lease, now) -> until(lease.spec().expires(), now)),
                plain(kind, "Since", (lease, now) -> since(lease.spec().start(), now)),
                wide(kind, "Client Id", (lease, _) -> lease.spec().clientId()));
    }

    private static List<Column> operatorCertificate() {
        var kind = Kinds.OPERATOR_CERTIFICATE;
        return List.of(
                NAME,
                plain(kind, "Subject", (one, _) -> one.spec().subject()),
                plain(kind, "Role", (one, _) -> one.spec().role()),
                plain(kind, "Until", (one, _) -> one.spec().notAfter().toString()),
                plain(kind, "Issued By", (one, _) -> one.spec().issuedBy()),
                plain(kind, "Revoked", (one, _) -> {
                    var revoked = one.spec().revoked();
                    return revoked == null ? null : revoked.by() + ": " + revoked.reason();
                }),
                AGE);
    }

    private static List<Column> nodeConfig() {
        var kind = Kinds.NODE_CONFIG;
        return List.of(
                NAME,
                plain(
                        kind,
                        "Priority",
                        (config, _) -> Integer.toString(config.spec().priority())),
                plain(kind, "Machines", (config, _) -> config.spec().selector().toString()),
                plain(
                        kind,
                        "Documents",
                        (config, _) -> config.spec().documents().stream()
                                .map(NodeConfigSpec.Document::label)
                                .collect(Collectors.joining(","))),
                AGE);
    }

    private static List<Column> bootSession() {
        var kind = Kinds.BOOT_SESSION;
        return List.of(
                NAME,
                plain(kind, "Machine", (boot, _) -> boot.spec().machine()),
                plain(kind, "MAC", (boot, _) -> boot.spec().mac()),
                plain(kind, "Outcome", (boot, _) -> boot.status().outcome()),
                plain(kind, "Stage", (boot, _) -> lastStage(boot.status().steps())),
                plain(kind, "Image", (boot, _) -> boot.spec().image()),
                plain(kind, "Started", (boot, now) -> since(boot.spec().startedAt(), now)),
                wide(kind, "Architecture", (boot, _) -> boot.spec().architecture()),
                wide(kind, "Likely Cause", (boot, _) -> boot.status().likelyCause()));
    }

    private static List<Column> cluster() {
        var kind = Kinds.CLUSTER;
        return List.of(
                NAME,
                plain(kind, "Version", (cluster, _) -> cluster.spec().version()),
                plain(kind, "Phase", (cluster, _) -> cluster.status().phase()),
                plain(
                        kind,
                        "Control Planes",
                        (cluster, _) -> cluster.status().controlPlanesReady() + "/"
                                + cluster.status().controlPlanes()),
                plain(
                        kind,
                        "Workers",
                        (cluster, _) -> cluster.status().workersReady() + "/"
                                + cluster.status().workers()),
                AGE,
                wide(kind, "Pods", (cluster, _) -> cluster.spec().podCidr()),
                wide(kind, "Services", (cluster, _) -> cluster.spec().serviceCidr()),
                wide(kind, "Endpoint", (cluster, _) -> cluster.spec().endpoint()),
                wide(kind, "Bundle", (cluster, _) -> cluster.status().bundle()));
    }

    private static <S extends Record, T extends Record> Column plain(
            Kind<S, T> kind, String name, BiFunction<Resource<S, T>, Instant, @Nullable String> cell) {
        return typed(kind, name, false, cell);
    }

    private static <S extends Record, T extends Record> Column wide(
            Kind<S, T> kind, String name, BiFunction<Resource<S, T>, Instant, @Nullable String> cell) {
        return typed(kind, name, true, cell);
    }

    private static <S extends Record, T extends Record> Column typed(
            Kind<S, T> kind, String name, boolean wide, BiFunction<Resource<S, T>, Instant, @Nullable String> cell) {
        return new Column(name, wide, (resource, now) -> {
            var typed = new Resource<>(
                    kind,
                    resource.metadata(),
                    kind.spec().cast(resource.spec()),
                    kind.status().cast(resource.status()));
            var text = cell.apply(typed, now);
            return text == null ? "" : text;
        });
    }

    private static String since(Instant then, Instant now) {
        return Age.of(Duration.between(then, now));
    }

    private static String until(Instant then, Instant now) {
        return then.isAfter(now) ? "in " + Age.of(Duration.between(now, then)) : "expired";
    }

    private static @Nullable String lastSeen(MachineStatus status, Instant now) {
        var seen = status.lastSeen();
        return seen == null ? null : since(seen, now);
    }

    private static String lastStage(List<Step> steps) {
        return steps.isEmpty() ? "" : steps.getLast().stage();
    }

    private static String megabytes(ImageSpec image) {
        long bytes = image.files().stream().mapToLong(ImageSpec.File::size).sum();
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String word(Enum<?> constant) {
        return constant.name().charAt(0) + constant.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
