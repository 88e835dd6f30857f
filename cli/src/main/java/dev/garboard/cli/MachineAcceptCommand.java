package dev.garboard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Accepts machines. */
@Command(name = "accept", description = "Accept machines: they get a certificate and their configuration, and boot on.")
final class MachineAcceptCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private Decision decision;

    @Option(
            names = "--allow-weak-identity",
            description =
                    "Let the machine enrol with no more proof than its boot session and its address on the boot network."
                            + " Without it the site's setting counts.")
    private boolean allowWeakIdentity;

    @Override
    public Integer call() {
        return decision.write(spec, "Accepted", allowWeakIdentity);
    }
}
