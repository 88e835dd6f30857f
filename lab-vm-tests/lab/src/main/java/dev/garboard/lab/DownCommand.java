package dev.garboard.lab;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes what {@code up} made. */
@Command(
        name = "down",
        description =
                "End the lab: every process, and with them the namespace, the bridge and the taps. Site and image stay for the next time.")
final class DownCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Option(names = "--delete", description = "Delete the lab's directory as well: site, image, logs.")
    private boolean delete;

    @Override
    public Integer call() throws IOException {
        var directory = options.directory();
        var state = LabState.read(directory);
        var out = spec.commandLine().getOut();
        if (state.isPresent()) {
            var processes = new LabProcesses(state.get().id());
            var maker = state.get().maker();
            if (state.get().phase() == LabState.Phase.STARTING && maker.isAlive()) {
                // It would go on making what is being removed.
                ProcessHandle.of(maker.pid()).ifPresent(ProcessHandle::destroy);
            }
            int count = processes.all().size();
            processes.endAll();
            new ContainerCgroups(state.get().id()).remove();
            LabState.delete(directory);
            out.println("Ended the lab (" + count + " processes).");
        } else {
            out.println("No lab is up in " + directory.root() + ".");
        }
        if (delete) {
            Directories.delete(directory.root());
            out.println("Deleted " + directory.root() + ".");
        }
        out.flush();
        return 0;
    }
}
