package dev.garboard.server;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.httpboot.BootHttpConfig;
import dev.garboard.inventory.MalformedTextException;
import dev.garboard.inventory.StrictText;
import dev.garboard.operatorapi.OperatorApiConfig;
import dev.garboard.tftp.TftpConfig;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * {@code garboard.yaml}. Every key has a default except the addresses on the boot network; {@code garboard init} writes them all out.
 *
 * @param snapshots directory of the snapshots of etcd that the server takes
 * @param seed resources that are created once, when the database has none of their kind
 */
public record Config(
        String site,
        Database database,
        Path images,
        Path bundles,
        Path snapshots,
        Path pki,
        Dhcp dhcp,
        Tftp tftp,
        HttpBoot httpBoot,
        OperatorApiConfig operatorApi,
        NodeApi nodeApi,
        Enrollment enrollment,
        InetSocketAddress metrics,
        Log log,
        Seed seed) {

    /**
     * Where the inventory lives.
     *
     * @param url {@code sqlite:FILE} or a PostgreSQL JDBC URL without the {@code jdbc:} prefix
     */
    public record Database(String url) {}

    /**
     * The DHCP listener.
     *
     * @param port 67 but in tests
     * @param routerAdvertisement whether router solicitations are answered with an advertisement of lifetime zero, which saves iPXE of
     *     2019 about 13 seconds on a segment without IPv6; off because RA guard may take it for an attack
     */
    public record Dhcp(boolean enabled, List<Interface> interfaces, int port, boolean routerAdvertisement) {
        public Dhcp {
            interfaces = List.copyOf(interfaces);
        }

        /** One network card to answer on, and the address that replies carry. */
        public record Interface(String name, String address) {}
    }

    /**
     * The TFTP listener.
     *
     * @param loaders directory of {@code snponly.efi} and {@code undionly.kpxe}
     */
    public record Tftp(boolean enabled, TftpConfig listener, Path loaders) {}

    /**
     * The boot HTTP listener.
     *
     * @param publicAddress literal address and port in the URLs that machines get
     * @param listener where it listens, and its bounds; without the public URL
     */
    public record HttpBoot(InetSocketAddress publicAddress, BootHttpConfig listener) {}

    /**
     * Where nodes connect.
     *
     * @param publicAddress literal address and port that nodes are told
     */
    public record NodeApi(
            InetSocketAddress listen,
            InetSocketAddress publicAddress,
            int certificateHours,
            ConnectionLimits connections) {}

    /**
     * How machines become nodes.
     *
     * @param allowWeakIdentity whether boot and subnet are proof enough where neither machine nor rule says so
     * @param ticketValidity how long after its delivery the ticket of a boot can be used
     */
    public record Enrollment(boolean allowWeakIdentity, Duration ticketValidity) {}

    /** {@code level} as logback knows it; {@code format} is {@code text} or {@code json}. */
    public record Log(String level, String format) {}

    /** Resources in their YAML form, without {@code apiVersion} and {@code kind}. */
    public record Seed(List<JsonNode> subnets, List<JsonNode> enrollmentRules) {
        public Seed {
            subnets = List.copyOf(subnets);
            enrollmentRules = List.copyOf(enrollmentRules);
        }
    }

    /**
     * Reads the file.
     *
     * @throws ConfigException when it is missing, is not YAML, has unknown keys or wrong values
     */
    public static Config read(Path file) {
        if (!Files.isReadable(file)) {
            throw new ConfigException(file + " cannot be read; make a site with: garboard init DIRECTORY");
        }
        var directory = file.toAbsolutePath().normalize().getParent();
        if (directory == null) {
            throw new ConfigException(file + " has no directory");
        }
        try {
            return read(StrictText.yaml(Files.readString(file)), directory);
        } catch (java.io.IOException unreadable) {
            throw new ConfigException(file + " cannot be read as UTF-8 text: " + unreadable.getMessage());
        } catch (MalformedTextException invalid) {
            throw new ConfigException(file + ", " + invalid.getMessage());
        } catch (ConfigException invalid) {
            throw new ConfigException(file + ": " + invalid.getMessage());
        }
    }

    static Config read(JsonNode tree, Path directory) {
        var file = new Section("", tree, directory);
        var site = file.section("site");
        var database = file.section("database");
        var images = file.section("images");
        var bundles = file.section("bundles");
        var snapshots = file.section("snapshots");
        var pki = file.section("pki");
        var dhcp = file.section("dhcp");
        var tftp = file.section("tftp");
        var http = file.section("http-boot");
        var operator = file.section("operator-api");
        var node = file.section("node-api");
        var enrollment = file.section("enrollment");
        var metrics = file.section("metrics");
        var log = file.section("log");
        var seed = file.section("seed");
        var httpListen = http.address("listen", "0.0.0.0:80");
        var nodeListen = node.address("listen", "0.0.0.0:7443");
        var config = new Config(
                site.string("name", "garboard"),
                new Database(database(database, directory)),
                images.path("directory", "images"),
                bundles.path("directory", "bundles"),
                snapshots.path("directory", "snapshots"),
                pki.path("directory", "pki"),
                new Dhcp(
                        dhcp.bool("enabled", true),
                        dhcp.sections("interfaces", i -> new Dhcp.Interface(i.string("name"), i.string("address"))),
                        dhcp.integer("port", 67, 1, 65535),
                        dhcp.bool("router-advertisement", false)),
                new Tftp(tftp.bool("enabled", true), Bounds.tftp(tftp), tftp.path("loader-directory", "/usr/lib/ipxe")),
                new HttpBoot(publicAddress(http, "http-boot", httpListen), Bounds.httpBoot(http, httpListen)),
                Bounds.operatorApi(operator),
                new NodeApi(
                        nodeListen,
                        publicAddress(node, "node-api", nodeListen),
                        node.integer("certificate-hours", 24, 1, 24 * 90),
                        Bounds.connections(node, 12_000, 64)),
                new Enrollment(
                        enrollment.bool("allow-weak-identity", false),
                        Duration.ofMinutes(enrollment.integer("ticket-minutes", 10, 1, 60))),
                metrics.address("listen", "127.0.0.1:9464"),
                new Log(
                        oneOf(log, "level", "info", List.of("error", "warn", "info", "debug", "trace")),
                        oneOf(log, "format", "text", List.of("text", "json"))),
                new Seed(seed.nodes("subnets"), seed.nodes("enrollment-rules")));
        List.of(
                        file,
                        site,
                        database,
                        images,
                        bundles,
                        snapshots,
                        pki,
                        dhcp,
                        tftp,
                        http,
                        operator,
                        node,
                        enrollment,
                        metrics,
                        log,
                        seed)
                .forEach(Section::refuseUnknown);
        if (config.dhcp().enabled() && config.dhcp().interfaces().isEmpty()) {
            throw new ConfigException(
                    "dhcp.interfaces is empty; name the interface on the boot network, or set dhcp.enabled to false");
        }
        return config;
    }

    private static String database(Section section, Path directory) {
        var url = section.string("url", "sqlite:garboard.db");
        if (url.startsWith("sqlite:")) {
            return "sqlite:"
                    + directory.resolve(url.substring("sqlite:".length())).normalize();
        }
        if (url.startsWith("postgresql:")) {
            return url;
        }
        throw new ConfigException(
                "database.url is \"" + url + "\"; expected sqlite:FILE or postgresql://HOST/DATABASE");
    }

    /** A machine cannot reach a wildcard, so what it is told must be one address. */
    private static InetSocketAddress publicAddress(Section section, String name, InetSocketAddress listen) {
        boolean wildcard = listen.getAddress().isAnyLocalAddress();
        var address = section.string(
                "public-address", wildcard ? "" : listen.getAddress().getHostAddress());
        if (address.isEmpty()) {
            throw new ConfigException(name + ".public-address is missing and " + name + ".listen is "
                    + listen.getAddress().getHostAddress() + "; set the address that machines reach this server by");
        }
        return section.address("public-address", address, listen.getPort());
    }

    private static String oneOf(Section section, String key, String otherwise, List<String> allowed) {
        var value = section.string(key, otherwise);
        if (!allowed.contains(value)) {
            throw new ConfigException("log." + key + " is \"" + value + "\"; expected one of " + allowed);
        }
        return value;
    }
}
