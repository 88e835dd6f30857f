package dev.garboard.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the completion script of a shell. */
@Command(
        name = "completion",
        description = "Write the completion script of a shell: source <(garboard completion bash)")
final class CompletionCommand implements Callable<Integer> {

    enum Shell {
        BASH,
        ZSH
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        if (shell == Shell.ZSH) {
            out.println("autoload -U +X compinit && compinit");
            out.println("autoload -U +X bashcompinit && bashcompinit");
        }
        out.println(AutoComplete.bash("garboard", spec.root().commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
