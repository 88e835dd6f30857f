package dev.garboard.inventory;

import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.Hostname;
import dev.garboard.nodeconfig.Resolver;
import dev.garboard.nodeconfig.TimeSync;
import dev.garboard.nodeconfig.merge.Layer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What is declared of one machine, as layers to be merged. Pure: machine and NodeConfigs are passed in. */
public final class NodeLayers {

    private static final String NODE_CONFIG = "NodeConfig/";

    /** As many as a document may name: see {@link Resolver} and {@link TimeSync}. */
    private static final int MOST_SERVERS = 16;

    private NodeLayers() {}

    /** The layers of the NodeConfigs that select the machine, the strongest last, and that of the machine's own spec. */
    public static List<Layer> of(
            Resource<MachineSpec, MachineStatus> machine, Collection<Resource<NodeConfigSpec, NoStatus>> configs) {
        var layers = new ArrayList<Layer>();
        configs.stream()
                .filter(config -> config.spec().selector().matches(machine))
                .sorted(Comparator.comparingInt((Resource<NodeConfigSpec, NoStatus> config) ->
                                config.spec().priority())
                        .thenComparing(Resource::name))
                .map(NodeLayers::of)
                .forEach(layers::add);
        ofMachine(machine).ifPresent(layers::add);
        return layers;
    }

    /** That of one NodeConfig. */
    public static Layer of(Resource<NodeConfigSpec, NoStatus> config) {
        return new Layer(
                NODE_CONFIG + config.name(),
                config.spec().priority(),
                config.spec().documents().stream()
                        .map(NodeConfigDocuments::tree)
                        .toList());
    }

    /** The name of the NodeConfig that a layer is of; empty when it is of none. */
    public static Optional<String> nodeConfig(String layer) {
        return layer.startsWith(NODE_CONFIG) ? Optional.of(layer.substring(NODE_CONFIG.length())) : Optional.empty();
    }

    /** What the machine's own spec says, stronger than anything else; empty when it says nothing of this. */
    public static Optional<Layer> ofMachine(Resource<MachineSpec, MachineStatus> machine) {
        var spec = machine.spec();
        var documents = new ArrayList<ObjectNode>();
        if (spec.hostname() != null) {
            documents.add(document(Hostname.KIND, "hostname", spec.hostname()));
        }
        if (!spec.dnsServers().isEmpty()) {
            documents.add(document(Resolver.KIND, "servers", first(spec.dnsServers())));
        }
        if (!spec.timeServers().isEmpty()) {
            documents.add(document(TimeSync.KIND, "servers", first(spec.timeServers())));
        }
        return documents.isEmpty()
                ? Optional.empty()
                : Optional.of(new Layer("Machine/" + machine.name(), Layer.STRONGEST, documents));
    }

    /** A machine's spec has no bound of its own, and what is stored has to be served: no node asks so many one after the other. */
    private static List<String> first(List<String> servers) {
        return servers.subList(0, Math.min(servers.size(), MOST_SERVERS));
    }

    private static ObjectNode document(String kind, String field, Object value) {
        return NodeConfigDocuments.tree(new NodeConfigSpec.Document(
                Documents.API_VERSION, kind, new NodeConfigSpec.Metadata("default"), Map.of(field, value)));
    }
}
