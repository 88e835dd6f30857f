package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.TrustException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;

/** Takes a certificate back. */
@Command(
        name = "revoke",
        description = {
            "Take a certificate back: it is refused by the server and by every connected node within seconds, and what"
                    + " its bearer has open ends. This cannot be undone; `garboard certificate renew` issues another one."
        })
final class CertificateRevokeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Which which = new Which();

    static final class Which {
        @Parameters(
                index = "0",
                paramLabel = "SERIAL",
                description = "Its serial number, as `certificate list` shows it.")
        private @Nullable String serial;

        @Option(names = "--file", paramLabel = "FILE", description = "The certificate itself, PEM.")
        private @Nullable Path file;
    }

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "For those who read the list (default: ${DEFAULT-VALUE}).",
            defaultValue = "revoked")
    private String reason;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var patch = JsonNodeFactory.instance.objectNode();
        var change = patch.putObject("spec");
        change.putObject("revoked").put("reason", reason);
        var serial = which.serial;
        var file = which.file;
        if (file != null) {
            try {
                var certificate = Pem.readCertificate(file);
                change.put("certificate", Pem.ofCertificates(List.of(certificate)));
                serial = Revocation.serialOf(certificate);
            } catch (TrustException unreadable) {
                throw new CommandException(ExitCode.FAILED, String.valueOf(unreadable.getMessage()), unreadable);
            }
        }
        if (serial == null || !serial.matches("[0-9a-fA-F]{1,40}")) {
            throw new CommandException(
                    ExitCode.USAGE, "the serial number \"" + serial + "\" is none, expected up to 40 hex digits");
        }
        serial = serial.toLowerCase(Locale.ROOT);
        try (var api = site.open()) {
            var revoked = api.patch(Kinds.OPERATOR_CERTIFICATE, serial, patch);
            if (output.isTable()) {
                out.println("certificate " + serial + ": revoked");
                out.flush();
            } else {
                output.write(out, revoked);
            }
            return ExitCode.OK;
        }
    }
}
