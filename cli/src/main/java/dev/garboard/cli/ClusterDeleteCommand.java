package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Deletes a cluster, and waits until it is gone. */
@Command(
        name = "delete",
        description = {
            "Delete a cluster with everything in it. The state of its etcd is saved on the server first; then its machines"
                    + " are ordered to leave, and forget what they have of it.",
            "A cluster whose state cannot be saved is not deleted until a control plane is back, or until its state is given"
                    + " up with --without-snapshot."
        })
final class ClusterDeleteCommand implements Callable<Integer> {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Parameters(paramLabel = "NAME", description = "The cluster.")
    private String name;

    @Option(names = "--yes", description = "Do not ask for the name once more.")
    private boolean yes;

    @Option(names = "--without-snapshot", description = "Give the state of its etcd up.")
    private boolean withoutSnapshot;

    @Option(names = "--no-wait", description = "End at once; the server goes on by itself.")
    private boolean noWait;

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        try (var api = site.open()) {
            var uid = api.get(Kinds.CLUSTER, name).at("/metadata/uid").asString();
            if (!yes) {
                TypedName.require(
                        name, "deletes the cluster " + name + " with everything in it", "nothing was deleted");
            }
            if (withoutSnapshot) {
                var patch = JsonMapper.shared().createObjectNode();
                patch.putObject("metadata")
                        .putObject("annotations")
                        .put("garboard.dev/delete-without-snapshot", "true");
                api.patch(Kinds.CLUSTER, name, patch);
            }
            api.delete(Kinds.CLUSTER, name, uid);
            if (noWait) {
                out.println("cluster " + name + ": will be deleted");
            } else {
                await(api, uid, out);
                out.println("cluster " + name + ": deleted");
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    private void await(ApiClient api, String uid, PrintWriter out) throws InterruptedException {
        var last = "";
        while (true) {
            JsonNode now;
            try {
                now = api.get(Kinds.CLUSTER, name);
            } catch (CommandException refused) {
                if (refused.exitCode() == ExitCode.NOT_FOUND) {
                    return;
                }
                throw refused;
            }
            if (!now.at("/metadata/uid").asString().equals(uid)) {
                // One of the same name was declared meanwhile.
                return;
            }
            var said = saved(now);
            if (!said.equals(last)) {
                out.println(said);
                out.flush();
                last = said;
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private static String saved(JsonNode cluster) {
        for (var condition : cluster.at("/status/conditions")) {
            if (condition.path("type").asString().equals("StateSaved")) {
                return condition.path("message").asString();
            }
        }
        return "";
    }
}
