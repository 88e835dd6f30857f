package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.server.Config;
import dev.garboard.trust.ReleaseKey;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.dataformat.yaml.YAMLMapper;

class InitCommandIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void makesASiteThatTheServerReads(@TempDir Path directory) {
        var site = directory.resolve("site");

        var code = run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");

        assertEquals(0, code, err::toString);
        var config = Config.read(site.resolve("garboard.yaml"));
        assertEquals(site.resolve("pki"), config.pki());
        assertEquals(false, config.dhcp().enabled());
        assertEquals("/192.0.2.1:7443", config.nodeApi().publicAddress().toString());
        assertEquals(1, config.seed().subnets().size());
        assertEquals(0, config.seed().enrollmentRules().size());
    }

    @Test
    void writesEveryDefaultOfTheServerAsItIs(@TempDir Path directory) {
        var site = directory.resolve("site");
        run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0", "--subnet", "192.0.2.0/24");

        var written = Config.read(site.resolve("garboard.yaml"));

        var defaults = readOnly(site, """
            dhcp: { interfaces: [ { name: boot0, address: 192.0.2.1 } ] }
            tftp: { listen: "192.0.2.1:69" }
            http-boot: { listen: "192.0.2.1:80" }
            node-api: { listen: "192.0.2.1:7443" }
            """);
        assertEquals(
                defaults.toString(),
                new Config(
                                written.site(),
                                written.database(),
                                written.images(),
                                written.bundles(),
                                written.snapshots(),
                                written.pki(),
                                written.dhcp(),
                                written.tftp(),
                                written.httpBoot(),
                                written.operatorApi(),
                                written.nodeApi(),
                                written.enrollment(),
                                written.metrics(),
                                written.log(),
                                defaults.seed())
                        .toString());
    }

    @Test
    void keepsPrivateKeysPrivateAndMakesThemFitTheirCertificates(@TempDir Path directory) throws IOException {
        var site = directory.resolve("site");
        run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");

        var pki = site.resolve("pki");
        var admin = TlsIdentity.read(pki.resolve("admin.crt"), pki.resolve("admin.key"));

        SiteAuthority.open(pki, InstantSource.system());
        ReleaseKey.open(pki);
        assertTrue(admin.caller().toString().contains(Role.ADMIN.toString()), admin::toString);
        for (var secret : new String[] {"pki/site-ca.key", "pki/release.key", "pki/admin.key", "kubeconfig"}) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(site.resolve(secret))),
                    secret);
        }
    }

    @Test
    void writesAKubeconfigForTheServersAddress(@TempDir Path directory) throws IOException {
        var site = directory.resolve("site");
        run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");

        var kubeconfig = new YAMLMapper().readTree(Files.readString(site.resolve("kubeconfig")));

        assertEquals(
                "https://192.0.2.1:7442",
                kubeconfig.at("/clusters/0/cluster/server").asString());
        assertEquals(
                "192.0.2.1:7443",
                kubeconfig
                        .at("/clusters/0/cluster/extensions/0/extension/node-api")
                        .asString());
    }

    @Test
    void acceptsTheLabsMachinesInTheLabOnly(@TempDir Path directory) {
        var site = directory.resolve("site");
        run(
                "init",
                site.toString(),
                "--lab",
                "--address",
                "192.168.77.1",
                "--interface",
                "br0",
                "--subnet",
                "192.168.77.0/24");

        var config = Config.read(site.resolve("garboard.yaml"));

        assertEquals(true, config.dhcp().enabled());
        assertEquals(true, config.dhcp().routerAdvertisement());
        assertEquals(
                "[\"192.168.77.0/24\"]",
                config.seed()
                        .enrollmentRules()
                        .getFirst()
                        .at("/spec/match/subnets")
                        .toString());
    }

    @Test
    void leavesAnExistingSiteAsItIs(@TempDir Path directory) throws IOException {
        var site = directory.resolve("site");
        run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");
        var before = Files.readString(site.resolve("kubeconfig"));

        var code = run("init", site.toString(), "--address", "192.0.2.1", "--interface", "boot0");

        assertEquals(1, code);
        assertTrue(err.toString().contains("holds a site already (garboard.yaml, kubeconfig, pki)"), err::toString);
        assertEquals(before, Files.readString(site.resolve("kubeconfig")));
    }

    @Test
    void refusesAnAddressOutsideTheSubnet(@TempDir Path directory) {
        var code = run(
                "init",
                directory.resolve("site").toString(),
                "--address",
                "192.0.2.1",
                "--interface",
                "boot0",
                "--subnet",
                "198.51.100.0/24");

        assertEquals(2, code);
        assertTrue(err.toString().contains("192.0.2.1 is not in the subnet 198.51.100.0/24"), err::toString);
    }

    private static Config readOnly(Path site, String yaml) {
        try {
            return Config.read(Files.writeString(site.resolve("defaults.yaml"), yaml));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
