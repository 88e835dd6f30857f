package dev.garboard.fleet.config;

import dev.garboard.fleet.ConfigStatus.Hold;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigDocuments;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.NodeLayers;
import dev.garboard.inventory.Resource;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.merge.Conflict;
import dev.garboard.nodeconfig.merge.DocumentId;
import dev.garboard.nodeconfig.merge.Effective;
import dev.garboard.nodeconfig.merge.Layer;
import dev.garboard.nodeconfig.merge.Merge;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a machine is to be. Pure.
 *
 * @param documents whole ones, by kind and name
 * @param lasting those of them that stay in force while what is declared cannot be merged: without what the machine's own spec says, which
 *     is put on top each time
 * @param nodeConfigs that they come from, the strongest last
 * @param hold why this is not what is declared, but what the machine was told last; null when it is
 */
record ConfigDecision(
        List<ObjectNode> documents,
        String digest,
        List<ObjectNode> lasting,
        List<String> nodeConfigs,
        @Nullable Hold hold) {

    private static final String FORMER = "what the machine was told last";

    ConfigDecision {
        documents = List.copyOf(documents);
        lasting = List.copyOf(lasting);
        nodeConfigs = List.copyOf(nodeConfigs);
    }

    /** What a machine was told last, but for what its own spec says. */
    record Former(List<ObjectNode> documents, List<String> nodeConfigs) {

        static final Former NOTHING = new Former(List.of(), List.of());

        Former {
            documents = List.copyOf(documents);
            nodeConfigs = List.copyOf(nodeConfigs);
        }
    }

    /** Whether it comes from a NodeConfig or from the machine's own spec, and is not merely that nothing is declared. */
    boolean saysSomething() {
        return !documents.isEmpty() || !nodeConfigs.isEmpty() || hold != null;
    }

    /**
     * Decides. What cannot be merged into one whole set changes nothing, but for what the machine's own spec says: that is how a person gets
     * through to a machine whatever the NodeConfigs say.
     *
     * @param unreadable names of NodeConfigs that are stored and cannot be read: nobody can tell whether they select this machine
     */
    static ConfigDecision of(
            Resource<MachineSpec, MachineStatus> machine,
            Collection<Resource<NodeConfigSpec, NoStatus>> configs,
            Set<String> unreadable,
            Former former) {
        var own = NodeLayers.ofMachine(machine);
        var readableOwn = ReadableDocuments.of(own.map(Layer::documents).orElse(List.of()));
        var over = own.map(layer -> new Layer(layer.name(), layer.priority(), readableOwn.documents())).stream()
                .toList();
        if (!unreadable.isEmpty()) {
            return held(over, former, Hold.unreadable(unreadable));
        }
        if (!readableOwn.refused().isEmpty()) {
            // A stored machine may break rules that are newer than it is.
            return held(over, former, Hold.ofSpec(String.join("; ", readableOwn.refused())));
        }
        try {
            var layers = NodeLayers.of(machine, configs);
            var effective = Merge.of(layers, NodeConfigDocuments.RULES);
            if (!effective.conflicts().isEmpty()) {
                return held(over, former, Hold.conflict(said(effective.conflicts())));
            }
            effective.documents().forEach(NodeConfigDocuments::read);
            return decision(effective, lasting(layers, former), names(layers), null);
        } catch (DocumentException incomplete) {
            return held(over, former, Hold.incomplete(incomplete.getMessage()));
        }
    }

    private static ConfigDecision held(List<Layer> own, Former former, Hold hold) {
        var readable = ReadableDocuments.of(former.documents());
        var layers = new ArrayList<>(own);
        layers.add(new Layer(FORMER, Layer.WEAKEST, readable.documents()));
        return decision(
                Merge.of(layers, NodeConfigDocuments.RULES),
                former.documents(),
                former.nodeConfigs(),
                readable.refused().isEmpty() ? hold : hold.without(String.join("; ", readable.refused())));
    }

    /** Where the machine's own spec alone decides, that is what it was told before. */
    private static List<ObjectNode> lasting(List<Layer> layers, Former former) {
        var declared = layers.stream()
                .filter(layer -> NodeLayers.nodeConfig(layer.name()).isPresent())
                .toList();
        var effective = Merge.of(declared, NodeConfigDocuments.RULES);
        var open = effective.conflicts().stream().map(Conflict::document).collect(Collectors.toSet());
        var lasting = new ArrayList<ObjectNode>();
        effective.documents().stream()
                .filter(document -> !open.contains(DocumentId.of(document)))
                .forEach(lasting::add);
        former.documents().stream()
                .filter(document -> open.contains(DocumentId.of(document)))
                .forEach(lasting::add);
        // Some are whole only with what the machine's own spec says.
        return ReadableDocuments.of(lasting).documents();
    }

    private static ConfigDecision decision(
            Effective effective, List<ObjectNode> lasting, List<String> nodeConfigs, @Nullable Hold hold) {
        return new ConfigDecision(effective.documents(), effective.digest(), lasting, nodeConfigs, hold);
    }

    private static List<String> names(List<Layer> layers) {
        return layers.stream()
                .flatMap(layer -> NodeLayers.nodeConfig(layer.name()).stream())
                .toList();
    }

    private static String said(List<Conflict> conflicts) {
        return conflicts.stream().map(ConfigDecision::said).collect(Collectors.joining("; "));
    }

    private static String said(Conflict conflict) {
        var names = new TreeSet<String>();
        conflict.claims().forEach(claim -> names.add(claim.layer()));
        return String.join(" and ", names) + ", both of priority "
                + conflict.claims().getFirst().priority() + ", contradict each other in " + conflict.document() + " "
                + conflict.path() + " ("
                + conflict.claims().stream().map(Object::toString).collect(Collectors.joining(", ")) + ")";
    }
}
