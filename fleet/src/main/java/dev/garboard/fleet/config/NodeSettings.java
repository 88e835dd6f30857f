package dev.garboard.fleet.config;

import dev.garboard.fleet.DesiredDocuments.Document;
import dev.garboard.fleet.DesiredDocuments.Settings;
import dev.garboard.inventory.DocumentRevisions;
import dev.garboard.inventory.NodeConfigDocuments;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.Hostname;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.Resolver;
import dev.garboard.nodeconfig.TimeSync;
import dev.garboard.trust.Sha256;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a decision is on the wire. Resolvers, time servers and the host name travel as fields of their own, which every agent knows; other
 * documents travel as they are.
 */
final class NodeSettings {

    private static final Set<String> FIELDS = Set.of(Resolver.KIND, TimeSync.KIND, Hostname.KIND);

    private NodeSettings() {}

    /** The fields; a machine whose host name nobody declares is called as the machine is. */
    static Settings of(String machine, ConfigDecision decision) {
        var hostname = machine;
        List<String> dnsServers = List.of();
        List<String> timeServers = List.of();
        for (var document : read(decision)) {
            switch (document) {
                case Hostname declared -> hostname = declared.hostname();
                case Resolver resolver ->
                    dnsServers = resolver.servers().stream()
                            .map(Inet4Address::getHostAddress)
                            .toList();
                case TimeSync time -> timeServers = time.servers();
                default -> {}
            }
        }
        var others = others(decision).stream().map(Documents::label).collect(Collectors.toSet());
        return new Settings(decision.digest(), hostname, dnsServers, timeServers, others);
    }

    /** The others, numbered; empty when they were numbered from newer resources meanwhile. */
    static Optional<List<Document>> documents(
            String machine, long asOf, ConfigDecision decision, DocumentRevisions revisions) {
        var contents = new HashMap<DocumentRevisions.Document, byte[]>();
        for (var document : others(decision)) {
            var content = Documents.render(document);
            contents.put(new DocumentRevisions.Document(document.kind(), document.name(), Sha256.of(content)), content);
        }
        if (contents.isEmpty()) {
            return Optional.of(List.of());
        }
        return revisions.number(machine, asOf, List.copyOf(contents.keySet())).map(numbers -> {
            var numbered = new ArrayList<Document>();
            contents.forEach((row, content) ->
                    numbered.add(new Document(row.kind(), row.name(), numbers.getOrDefault(row, 0L), content)));
            numbered.sort(Comparator.comparing(Document::kind).thenComparing(Document::name));
            return List.copyOf(numbered);
        });
    }

    private static List<NodeDocument> others(ConfigDecision decision) {
        return read(decision).stream()
                .filter(document -> !FIELDS.contains(document.kind()))
                .toList();
    }

    private static List<NodeDocument> read(ConfigDecision decision) {
        return decision.documents().stream().map(NodeConfigDocuments::read).toList();
    }
}
