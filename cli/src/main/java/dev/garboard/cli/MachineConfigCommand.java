package dev.garboard.cli;

import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NodeConfigDocuments;
import dev.garboard.inventory.NodeLayers;
import dev.garboard.inventory.Resource;
import dev.garboard.nodeconfig.merge.CanonicalJson;
import dev.garboard.nodeconfig.merge.Claim;
import dev.garboard.nodeconfig.merge.Conflict;
import dev.garboard.nodeconfig.merge.DocumentId;
import dev.garboard.nodeconfig.merge.Effective;
import dev.garboard.nodeconfig.merge.Merge;
import dev.garboard.nodeconfig.merge.Origin;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is declared of one machine by NodeConfigs and its own spec, merged. */
@Command(
        name = "config",
        description = {
            "Show the configuration of a machine: what NodeConfigs and its own spec make of it together.",
            "Resolvers, time servers and mirrors that are declared nowhere are those of DHCP, or none."
        })
final class MachineConfigCommand implements Callable<Integer> {

    private static final String CONFIGURED = "Configured";

    /** Why a machine is not told what is declared of it: reasons of its condition. */
    private static final Set<String> HOLDS = Set.of("Conflict", "Incomplete", "Unreadable");

    private static final JsonMapper JSON = new JsonMapper();

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Parameters(paramLabel = "MACHINE", description = "Its name.")
    private String machine;

    @Option(
            names = "--provenance",
            description = "Say of each field who declares it, and what weaker declarations it takes the place of.")
    private boolean provenance;

    @Override
    public Integer call() {
        try (var api = site.open()) {
            var found = api.resource(Kinds.MACHINE, machine);
            var layers = NodeLayers.of(found, api.resources(Kinds.NODE_CONFIG));
            var effective = Merge.of(layers, NodeConfigDocuments.RULES);
            var out = spec.commandLine().getOut();
            if (output.isTable()) {
                show(out, found, effective);
            } else {
                output.write(out, json(found, effective));
            }
            return ExitCode.OK;
        }
    }

    private void show(PrintWriter out, Resource<MachineSpec, MachineStatus> found, Effective effective) {
        var names = new ArrayList<>(List.of("Document", "Field", "Value"));
        if (provenance) {
            names.addAll(List.of("Set by", "Instead of"));
        }
        var rows = new ArrayList<List<String>>();
        effective
                .provenance()
                .origins()
                .forEach((document, fields) -> fields.forEach((path, origin) -> {
                    if (provenance || !origin.removed()) {
                        rows.add(row(document, path, origin, contradicted(effective, document, path)));
                    }
                }));
        if (rows.isEmpty()) {
            Terminal.println(out, "Nothing is declared of " + machine + "; it has what DHCP gives.");
        } else {
            TextTable.print(out, names, rows);
        }
        effective.conflicts().forEach(conflict -> Terminal.println(out, "Conflict: " + conflict));
        held(found, effective)
                .ifPresent(reason -> Terminal.println(
                        out, "Not in force (" + reason + "): " + machine + " keeps what it was told last."));
        condition(found)
                .ifPresent(said -> Terminal.println(
                        out,
                        CONFIGURED + ": " + said.status() + " since " + said.lastTransitionTime() + ", " + said.reason()
                                + ": " + said.message()));
        out.flush();
    }

    private List<String> row(DocumentId document, String path, Origin origin, boolean contradicted) {
        var value = origin.removed() ? "(removed)" : text(origin.value());
        var row = new ArrayList<>(List.of(document.toString(), field(path), contradicted ? "(conflict)" : value));
        if (provenance) {
            row.add(String.join(", ", origin.layers()));
            row.add(origin.overrode().stream()
                    .map(claim -> (claim.removes() ? "(removed)" : text(claim.value())) + " of " + claim.layer())
                    .collect(Collectors.joining("; ")));
        }
        return row;
    }

    /** Whether what the merge has there, or above, is but one of several claims. */
    private static boolean contradicted(Effective effective, DocumentId document, String path) {
        return effective.conflicts().stream()
                .filter(conflict -> conflict.document().equals(document))
                .map(Conflict::path)
                .anyMatch(above -> path.equals(above) || path.startsWith(above + ".") || path.startsWith(above + "["));
    }

    /**
     * Why the machine is told something else; empty when it is told what is merged here. The server alone knows of NodeConfigs that cannot be
     * read: it lists them to nobody, and says so in the condition.
     */
    private static Optional<String> held(Resource<MachineSpec, MachineStatus> found, Effective effective) {
        return effective.conflicts().isEmpty()
                ? condition(found).map(Condition::reason).filter(HOLDS::contains)
                : Optional.of("Conflict");
    }

    /** As it is written in a document: without the word that all have in front. */
    private static String field(String path) {
        return path.startsWith("spec.") ? path.substring("spec.".length()) : path;
    }

    /** Lists of plain values as people write them. */
    private static String text(JsonNode value) {
        if (value.isArray()) {
            return value.valueStream().map(MachineConfigCommand::text).collect(Collectors.joining(", "));
        }
        return value.isString() ? value.stringValue() : CanonicalJson.text(value);
    }

    private static Optional<Condition> condition(Resource<MachineSpec, MachineStatus> found) {
        return found.status().conditions().stream()
                .filter(condition -> condition.type().equals(CONFIGURED))
                .findFirst();
    }

    private ObjectNode json(Resource<MachineSpec, MachineStatus> found, Effective effective) {
        var json = JSON.createObjectNode().put("machine", found.name()).put("digest", effective.digest());
        held(found, effective).ifPresent(reason -> json.put("held", reason));
        condition(found)
                .ifPresent(said -> json.putObject("configured")
                        .put("status", said.status())
                        .put("reason", said.reason())
                        .put("message", said.message())
                        .put("since", said.lastTransitionTime().toString()));
        var documents = json.putArray("documents");
        effective.documents().forEach(documents::add);
        if (provenance) {
            var fields = json.putArray("fields");
            effective
                    .provenance()
                    .origins()
                    .forEach((document, origins) ->
                            origins.forEach((path, origin) -> fields.add(json(document, path, origin))));
        }
        var conflicts = json.putArray("conflicts");
        effective.conflicts().forEach(conflict -> conflicts.add(json(conflict)));
        return json;
    }

    private static ObjectNode json(DocumentId document, String path, Origin origin) {
        var json = JSON.createObjectNode().put("document", document.toString()).put("path", path);
        if (origin.removed()) {
            json.put("removed", true);
        } else {
            json.set("value", origin.value());
        }
        var layers = json.putArray("setBy");
        origin.layers().forEach(layers::add);
        var overrode = json.putArray("insteadOf");
        origin.overrode().forEach(claim -> overrode.add(json(claim)));
        return json;
    }

    private static ObjectNode json(Conflict conflict) {
        var json = JSON.createObjectNode()
                .put("document", conflict.document().toString())
                .put("path", conflict.path());
        var claims = json.putArray("claims");
        conflict.claims().forEach(claim -> claims.add(json(claim)));
        return json;
    }

    private static ObjectNode json(Claim claim) {
        var json = JSON.createObjectNode().put("layer", claim.layer()).put("priority", claim.priority());
        if (claim.removes()) {
            json.put("removes", true);
        } else {
            json.set("value", claim.value());
        }
        return json;
    }
}
