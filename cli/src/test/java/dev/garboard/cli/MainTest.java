package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommandHasHelpAndADescription() {
        for (var command : all(Main.commandLine(), new ArrayList<>())) {
            var spec = command.getCommandSpec();

            assertTrue(spec.optionsMap().containsKey("--help"), spec::qualifiedName);
            assertTrue(
                    spec.usageMessage().description().length > 0, () -> spec.qualifiedName() + " has no description");
            for (var option : spec.options()) {
                assertTrue(
                        option.description().length > 0,
                        () -> spec.qualifiedName() + " " + option.longestName() + " has no description");
            }
        }
    }

    @Test
    void aWrongCommandLineEndsWithTwoAndWithoutAStackTrace() {
        var code = run("init", "--no-such-option");

        assertEquals(ExitCode.USAGE, code);
        assertFalse(err.toString().contains("\tat "), err::toString);
    }

    @Test
    void aSubnetThatCannotBeServedEndsWithTwo() {
        var code = run(
                "init",
                "/nonexistent/site",
                "--interface",
                "boot0",
                "--address",
                "192.0.2.1",
                "--subnet",
                "192.0.2.0/31");

        assertEquals(ExitCode.USAGE, code);
        assertEquals(
                "garboard: a subnet of length /31 cannot be served; expected /8 to /29 (for a pool and a server)",
                err.toString().strip());
    }

    @Test
    void completionNamesTheCommands() {
        var code = run("completion", "bash");

        assertEquals(ExitCode.OK, code);
        assertTrue(out.toString().contains("complete -F _complete_garboard"), out::toString);
        assertTrue(out.toString().contains("lab"), out::toString);
    }

    private static List<CommandLine> all(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(child -> all(child, into));
        return into;
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
