package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists certificates. */
@Command(
        name = "list",
        description = {
            "List the certificates of people and tools by serial number, with those that were revoked.",
            "One that was issued before the server kept this book appears when it is first used."
        })
final class CertificateListCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            if (output.isTable()) {
                ResourceOutput.table(out, api.table(Kinds.OPERATOR_CERTIFICATE, ""));
            } else {
                output.write(out, api.list(Kinds.OPERATOR_CERTIFICATE, ""));
            }
            return ExitCode.OK;
        }
    }
}
