package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.httpboot.BootHttpConfig;
import dev.garboard.inventory.StrictText;
import dev.garboard.operatorapi.OperatorApiConfig;
import dev.garboard.tftp.TftpConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {

    private static final String MINIMAL = """
        dhcp:
          interfaces:
            - {name: br0, address: 192.0.2.1}
        http-boot: {public-address: 192.0.2.1}
        node-api: {public-address: 192.0.2.1}
        """;

    private static Config parsed(String yaml) {
        return Config.read(StrictText.yaml(yaml), Path.of("/etc/garboard"));
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void aKeyGivenTwiceIsRefusedWithFileLineAndColumn(@TempDir Path directory) throws IOException {
        var file = Files.writeString(
                directory.resolve("garboard.yaml"), MINIMAL + "log: {level: info}\nlog: {level: warn}\n");

        var refused = assertThrows(ConfigException.class, () -> Config.read(file));

        assertEquals(
                file + ", line 7, column 1: the key log is given twice, first in line 6, column 1; expected it once",
                refused.getMessage());
    }

    @Test
    void aReservationGivenTwiceIsRefused(@TempDir Path directory) throws IOException {
        var file = Files.writeString(directory.resolve("garboard.yaml"), MINIMAL + """
            seed:
              subnets:
                - spec:
                    reservations:
                      52:54:00:00:00:01: 192.0.2.10
                      "52:54:00:00:00:01": 192.0.2.11
            """);

        var refused = assertThrows(ConfigException.class, () -> Config.read(file));

        assertEquals(
                file + ", line 11, column 11: the key 52:54:00:00:00:01 is given twice, first in line 10, column 11;"
                        + " expected it once",
                refused.getMessage());
    }

    @Test
    void anAliasMeansWhatItsAnchorHolds() {
        assertEquals(
                "rack-7",
                parsed("site: {name: &n rack-7}\nimages: {directory: *n}\n" + MINIMAL)
                        .site());
        assertEquals(
                Path.of("/etc/garboard/rack-7"),
                parsed("site: {name: &n rack-7}\nimages: {directory: *n}\n" + MINIMAL)
                        .images());
    }

    @Test
    void theDefaultsAreThese() {
        var config = parsed(MINIMAL);

        assertEquals(
                new Config(
                        "garboard",
                        new Config.Database("sqlite:/etc/garboard/garboard.db"),
                        Path.of("/etc/garboard/images"),
                        Path.of("/etc/garboard/bundles"),
                        Path.of("/etc/garboard/snapshots"),
                        Path.of("/etc/garboard/pki"),
                        new Config.Dhcp(true, List.of(new Config.Dhcp.Interface("br0", "192.0.2.1")), 67, false),
                        new Config.Tftp(true, TftpConfig.defaults(at("0.0.0.0", 69)), Path.of("/usr/lib/ipxe")),
                        new Config.HttpBoot(
                                at("192.0.2.1", 80),
                                new BootHttpConfig(
                                        at("0.0.0.0", 80),
                                        null,
                                        2048,
                                        128,
                                        32,
                                        2048,
                                        1 << 20,
                                        Duration.ofSeconds(60),
                                        Duration.ofSeconds(60))),
                        OperatorApiConfig.listeningOn(at("0.0.0.0", 7442)),
                        new Config.NodeApi(
                                at("0.0.0.0", 7443), at("192.0.2.1", 7443), 24, ConnectionLimits.of(12_000, 64)),
                        new Config.Enrollment(false, Duration.ofMinutes(10)),
                        at("127.0.0.1", 9464),
                        new Config.Log("info", "text"),
                        new Config.Seed(List.of(), List.of())),
                config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tftp: {listne: '1.2.3.4:69'} | tftp.listne is not a key that Garboard knows; tftp may have enabled,"
                        + " listen, max-transfers, max-transfers-per-client, max-block-size, max-window,"
                        + " retransmit-milliseconds, max-retries, loader-directory",
                "tftp: {max-transfers: 0} | tftp.max-transfers is 0; expected a whole number from 1 to 65536",
                "tftp: {listen: 'boot.example:69'} | tftp.listen is \"boot.example:69\"; expected ADDRESS:PORT such as"
                        + " 192.0.2.1:80 or 0.0.0.0:80",
                "tftp: {retransmit-milliseconds: 5} | tftp.retransmit-milliseconds is 5; expected a whole number from 10 to"
                        + " 30000",
                "operator-api: {max-connections: 100, max-handshakes: 101} | operator-api.max-handshakes is 101;"
                        + " expected a whole number from 1 to 100",
                "operator-api: {max-handshakes: 10, max-handshakes-per-address: 11} |"
                        + " operator-api.max-handshakes-per-address is 11; expected a whole number from 1 to 10",
                "log: {format: xml} | log.format is \"xml\"; expected one of [text, json]",
                "database: {url: 'mysql://x'} | database.url is \"mysql://x\"; expected sqlite:FILE or"
                        + " postgresql://HOST/DATABASE",
                "images: 7 | images is 7; expected keys with values",
            })
    void aWrongValueIsNamedWithItsKey(String yaml, String message) {
        var refused = assertThrows(ConfigException.class, () -> parsed(MINIMAL + yaml));

        assertEquals(message, refused.getMessage());
    }

    @Test
    void aWildcardNeedsAnAddressThatMachinesCanReach() {
        var refused = assertThrows(
                ConfigException.class, () -> parsed("dhcp: {enabled: false}\nhttp-boot: {listen: '0.0.0.0:8080'}"));

        assertEquals(
                "http-boot.public-address is missing and http-boot.listen is 0.0.0.0; "
                        + "set the address that machines reach this server by",
                refused.getMessage());
    }

    @Test
    void dhcpWithoutAnInterfaceIsRefused() {
        var refused = assertThrows(
                ConfigException.class,
                () -> parsed("http-boot: {public-address: 192.0.2.1}\nnode-api: {public-address: 192.0.2.1}"));

        assertEquals(
                "dhcp.interfaces is empty; name the interface on the boot network, or set dhcp.enabled to false",
                refused.getMessage());
    }
}
