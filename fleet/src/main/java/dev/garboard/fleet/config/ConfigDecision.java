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
 * @param nodeConfigs that they come from, the strongest last
 * @param hold why this is not what is declared, but what the machine was told last; null when it is
 */
record ConfigDecision(
        List<ObjectNode> documents,
        String digest,
        List<String> nodeConfigs,
        @Nullable Hold hold) {

    private static final String FORMER = "what the machine was told last";

    ConfigDecision {
        documents = List.copyOf(documents);
        nodeConfigs = List.copyOf(nodeConfigs);
    }

    /** What a machine was told last. */
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
        if (!unreadable.isEmpty()) {
            return held(machine, former, Hold.unreadable(unreadable));
        }
        try {
            var layers = NodeLayers.of(machine, configs);
            var effective = Merge.of(layers, NodeConfigDocuments.RULES);
            if (!effective.conflicts().isEmpty()) {
                return held(machine, former, Hold.conflict(said(effective.conflicts())));
            }
            effective.documents().forEach(NodeConfigDocuments::read);
            return decision(effective, names(layers), null);
        } catch (DocumentException incomplete) {
            return held(machine, former, Hold.incomplete(incomplete.getMessage()));
        }
    }

    private static ConfigDecision held(Resource<MachineSpec, MachineStatus> machine, Former former, Hold hold) {
        var layers = new ArrayList<Layer>();
        layers.add(new Layer(FORMER, Layer.WEAKEST, former.documents()));
        try {
            NodeLayers.ofMachine(machine).ifPresent(layers::add);
            var effective = Merge.of(layers, NodeConfigDocuments.RULES);
            effective.documents().forEach(NodeConfigDocuments::read);
            return decision(effective, former.nodeConfigs(), hold);
        } catch (DocumentException ofTheMachine) {
            // A stored machine may break rules that are newer than it is.
            var effective = Merge.of(List.of(layers.getFirst()), NodeConfigDocuments.RULES);
            return decision(effective, former.nodeConfigs(), hold);
        }
    }

    private static ConfigDecision decision(Effective effective, List<String> nodeConfigs, @Nullable Hold hold) {
        return new ConfigDecision(effective.documents(), effective.digest(), nodeConfigs, hold);
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
