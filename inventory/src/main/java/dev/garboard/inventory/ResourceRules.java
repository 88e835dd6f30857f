package dev.garboard.inventory;

import dev.garboard.nodeconfig.StateDisk;
import java.util.HashSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a resource must satisfy beyond its shape. The store asks before each write, so nothing else gets in. */
public final class ResourceRules {

    /** As Kubernetes: all annotations of a resource together. */
    private static final int MAX_ANNOTATIONS = 256 * 1024;

    private ResourceRules() {}

    /**
     * Checks name, labels, annotations and spec; the status is Garboard's own.
     *
     * @throws InvalidResourceException naming every field that breaks a rule, what was found and what was expected
     */
    public static void check(Resource<?, ?> resource) {
        var findings = new Findings();
        checkMetadata(resource.metadata(), findings);
        switch (resource.spec()) {
            case MachineSpec spec -> checkMachine(spec, findings);
            case ImageSpec spec -> checkImage(spec, findings);
            case EnrollmentRuleSpec spec -> EnrollmentRuleChecks.check(spec, findings);
            case SubnetSpec spec -> SubnetChecks.check(spec, findings);
            case ClusterSpec spec -> {
                findings.expect(
                        Syntax.dnsLabel(resource.name()) && resource.name().length() <= 40,
                        "metadata.name",
                        resource.name(),
                        "at most 40 lower-case letters, digits and '-', beginning and ending with a letter or digit");
                ClusterChecks.check(spec, findings);
            }
            case NodeConfigSpec spec -> NodeConfigChecks.check(spec, findings);
            case LeaseSpec spec -> {
                findings.address("spec.address", spec.address());
                findings.mac("spec.mac", spec.mac());
            }
            case BootSessionSpec spec -> {
                findings.expect(Syntax.hex(resource.name(), 32), "metadata.name", resource.name(), "32 hex digits");
                findings.mac("spec.mac", spec.mac());
            }
            case OperatorCertificateSpec spec -> {
                findings.expect(
                        Syntax.hex(resource.name(), resource.name().length())
                                && resource.name().length() <= 40,
                        "metadata.name",
                        resource.name(),
                        "a serial number of at most 40 hex digits");
                findings.expect(
                        spec.subject().length() <= 64,
                        "spec.subject",
                        spec.subject().length() + " characters",
                        "at most 64 characters");
            }
            default ->
                throw new IllegalArgumentException(
                        "no rules for " + resource.spec().getClass());
        }
        findings.throwIfAny();
    }

    private static void checkMetadata(ObjectMeta metadata, Findings findings) {
        findings.name("metadata.name", metadata.name());
        findings.labels("metadata.labels", metadata.labels());
        long size = 0;
        for (var annotation : new TreeMap<>(metadata.annotations()).entrySet()) {
            findings.labelKey("metadata.annotations", annotation.getKey());
            size += annotation.getKey().length() + annotation.getValue().length();
        }
        findings.expect(
                size <= MAX_ANNOTATIONS, "metadata.annotations", size + " characters", "at most " + MAX_ANNOTATIONS);
    }

    private static void checkMachine(MachineSpec spec, Findings findings) {
        var identity = spec.identity();
        for (int i = 0; i < identity.macs().size(); i++) {
            findings.mac("spec.identity.macs[" + i + "]", identity.macs().get(i));
        }
        if (identity.uuid() != null) {
            var normal = Identities.normalizeUuid(identity.uuid());
            findings.expect(
                    normal.isPresent() && normal.get().equals(identity.uuid()),
                    "spec.identity.uuid",
                    identity.uuid(),
                    "a UUID in lower case that is no placeholder"
                            + normal.map(uuid -> ": " + uuid).orElse(""));
        }
        checkSerial("spec.identity.systemSerial", identity.systemSerial(), findings);
        checkSerial("spec.identity.boardSerial", identity.boardSerial(), findings);
        if (spec.image() != null) {
            findings.name("spec.image", spec.image());
        }
        if (spec.hostname() != null) {
            findings.expect(
                    Syntax.dnsSubdomain(spec.hostname()) && spec.hostname().length() <= 64,
                    "spec.hostname",
                    spec.hostname(),
                    "a host name of at most 64 lower-case letters, digits, '-' and '.'");
        }
        findings.addresses("spec.dnsServers", spec.dnsServers());
        for (int i = 0; i < spec.timeServers().size(); i++) {
            var server = spec.timeServers().get(i);
            findings.expect(
                    Syntax.dnsSubdomain(server), "spec.timeServers[" + i + "]", server, "a host name or IPv4 address");
        }
        var disk = spec.stateDisk();
        if (disk != null) {
            findings.expect(
                    StateDisk.isName(disk.disk()),
                    "spec.stateDisk.disk",
                    disk.disk(),
                    "a disk's serial number, WWID or kernel name");
            var discard = disk.discard();
            findings.expect(
                    discard == null || StateDisk.isFileSystem(discard),
                    "spec.stateDisk.discard",
                    discard == null ? "" : discard,
                    "a file system's UUID in lower case");
        }
    }

    /**
     * Checks an order that somebody gives, beyond what may be stored: a disk is given up by a name that it keeps.
     *
     * @throws InvalidResourceException with the remedy
     */
    public static void checkOrder(Resource<?, ?> resource) {
        check(resource);
        if (resource.spec() instanceof MachineSpec spec) {
            var disk = spec.stateDisk();
            boolean gives = disk != null && (disk.overwrite() || disk.discard() != null);
            if (disk != null && gives && StateDisk.isKernelName(disk.disk())) {
                throw new InvalidResourceException(
                        "spec.stateDisk.disk",
                        "found " + disk.disk()
                                + ", expected a serial number or WWID where overwrite or discard is set: the kernel"
                                + " may give that name to another disk at the next"
                                + " start; see"
                                + " garboard"
                                + " node"
                                + " " + resource.name() + " hardware");
            }
        }
    }

    private static void checkSerial(String path, @Nullable String serial, Findings findings) {
        if (serial != null) {
            findings.expect(
                    Identities.normalizeSerial(serial).filter(serial::equals).isPresent(),
                    path,
                    serial,
                    "a serial number without surrounding blanks that is no placeholder");
        }
    }

    private static void checkImage(ImageSpec spec, Findings findings) {
        findings.expect(Syntax.hex(spec.rootHash(), 64), "spec.rootHash", spec.rootHash(), "64 hex digits");
        findings.expect(!spec.version().isBlank(), "spec.version", spec.version(), "a version");
        var roles = new HashSet<String>();
        for (int i = 0; i < spec.files().size(); i++) {
            var file = spec.files().get(i);
            var path = "spec.files[" + i + "]";
            findings.expect(Syntax.dnsLabel(file.role()), path + ".role", file.role(), "a role such as kernel");
            findings.expect(roles.add(file.role()), path + ".role", file.role(), "a role that no other file has");
            findings.expect(Syntax.hex(file.sha256(), 64), path + ".sha256", file.sha256(), "64 hex digits");
            findings.expect(file.size() > 0, path + ".size", file.size(), "more than 0 bytes");
        }
    }
}
