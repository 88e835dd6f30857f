package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.TrustException;
import java.nio.file.Path;
import java.util.List;
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
                    + " its bearer has open ends. So are its renewals, since whoever stole it can have made them. This"
                    + " cannot be undone; `garboard certificate renew` issues another one."
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
                description = "Its serial number, as `certificate list` or openssl shows it.")
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

    @ArgGroup(exclusive = true)
    private Reach reach = new Reach();

    static final class Reach {
        @Option(names = "--alone", description = "This one only: its bearer keeps the one that replaces it.")
        private boolean alone;

        @Option(
                names = "--with-issued",
                description = "Also what was issued with it for other names, as after the theft of an admin's.")
        private boolean withIssued;

        private String word() {
            return alone ? "Alone" : withIssued ? "Issued" : "Renewals";
        }
    }

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var patch = JsonNodeFactory.instance.objectNode();
        var change = patch.putObject("spec");
        change.putObject("revoked").put("reason", reason).put("reach", reach.word());
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
        try {
            serial = Revocation.serial(serial == null ? "" : serial);
        } catch (TrustException none) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(none.getMessage()), none);
        }
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
