package dev.garboard.cli;

import dev.garboard.trust.ReleaseKey;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a site: keys, certificates, configuration. */
@Command(
        name = "init",
        description = {
            "Make a site in a directory: site CA, release key, an administrator's certificate and kubeconfig, and garboard.yaml with every"
                    + " setting written out and explained. Nothing that exists is overwritten."
        })
final class InitCommand implements Callable<Integer> {

    private static final String CONFIGURATION = "garboard.yaml";
    private static final String KUBECONFIG = "kubeconfig";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIRECTORY", description = "Where the site is made.")
    private Path directory;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description =
                    "The server's address on the boot network. Default: the one of --interface or of the default route.")
    private @Nullable String address;

    @Option(
            names = "--interface",
            paramLabel = "NAME",
            description = "The network card on the boot network. Default: the one that has the address.")
    private @Nullable String interfaceName;

    @Option(
            names = "--subnet",
            paramLabel = "CIDR",
            description =
                    "The boot network. Saying it switches DHCP on; without it, the interface's subnet is written down and DHCP stays off.")
    private @Nullable String subnet;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The site's name (default: ${DEFAULT-VALUE}).",
            defaultValue = "garboard")
    private String name;

    @Option(names = "--lab", description = "Settings for `garboard lab`.", hidden = true)
    private boolean lab;

    @Override
    public Integer call() {
        if (!name.matches("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the name \"" + name + "\" does not do; expected up to 32 lower case letters, digits and hyphens");
        }
        refuseExistingSite();
        var network = BootNetwork.choose(interfaceName, address, subnet);
        var answering = subnet != null;
        try {
            write(network, answering);
        } catch (IOException failed) {
            throw new CommandException(ExitCode.FAILED, "the site cannot be written: " + failed.getMessage(), failed);
        }
        report(network, answering);
        return ExitCode.OK;
    }

    private void refuseExistingSite() {
        var there = Stream.of(CONFIGURATION, KUBECONFIG, "pki", "garboard.db")
                .filter(file -> Files.exists(directory.resolve(file)))
                .toList();
        if (!there.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    directory + " holds a site already (" + String.join(", ", there)
                            + "); choose another directory, or move it away if it is not needed any more");
        }
    }

    private void write(BootNetwork network, boolean answering) throws IOException {
        Files.createDirectories(directory.resolve("images"));
        var pki = directory.resolve("pki");
        Files.createDirectory(pki, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        var clock = InstantSource.system();
        var authority = SiteAuthority.create(pki, name, clock);
        ReleaseKey.create(pki, name, clock);
        var admin = authority.issueOperator("admin", Role.ADMIN, SiteAuthority.OPERATOR_VALIDITY);
        admin.write(pki.resolve("admin.crt"), pki.resolve("admin.key"));
        create(
                KUBECONFIG,
                KubeconfigFile.render(name, network.address().getHostAddress(), authority.certificate(), admin),
                "rw-------");
        create(CONFIGURATION, SiteConfiguration.render(name, network, answering, lab), "rw-r--r--");
    }

    private void create(String file, String text, String permissions) throws IOException {
        var attributes = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        try (var channel = Files.newByteChannel(
                directory.resolve(file), Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), attributes)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private void report(BootNetwork network, boolean answering) {
        var out = spec.commandLine().getOut();
        var boot = network.address().getHostAddress() + " on " + network.interfaceName() + ", " + network.subnet();
        List.of(
                        "Made the site \"" + name + "\" in " + directory,
                        "  garboard.yaml    the configuration; boot network: " + boot,
                        "  kubeconfig       an administrator's access, for garboard and kubectl; valid for a year; secret",
                        "  pki/site-ca.key  issues certificates; the server needs it; secret",
                        "  pki/release.key  signs images; the server does not need it: keep it elsewhere; secret",
                        answering
                                ? "DHCP is on for " + network.subnet()
                                        + ": make sure that no other server answers there."
                                : "DHCP is off, because another server may own " + network.subnet()
                                        + ": set dhcp.enabled to true in garboard.yaml when none does.",
                        "Next: garboard serve --config " + directory.resolve(CONFIGURATION))
                .forEach(out::println);
        out.flush();
    }
}
