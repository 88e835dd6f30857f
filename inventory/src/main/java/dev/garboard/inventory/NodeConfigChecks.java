package dev.garboard.inventory;

import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.binding.Problem;
import java.util.HashSet;
import java.util.List;

/** The rules of a NodeConfig: what it says must be something that a node understands, even where it says only a part. */
final class NodeConfigChecks {

    private static final int MOST_DOCUMENTS = 100;

    private NodeConfigChecks() {}

    static void check(NodeConfigSpec spec, Findings findings) {
        findings.labels("spec.selector.matchLabels", spec.selector().matchLabels());
        findings.expect(
                spec.priority() >= 0 && spec.priority() <= NodeConfigSpec.LARGEST_PRIORITY,
                "spec.priority",
                spec.priority(),
                "0 to " + NodeConfigSpec.LARGEST_PRIORITY);
        findings.expect(
                spec.documents().size() <= MOST_DOCUMENTS,
                "spec.documents",
                spec.documents().size() + " documents",
                "at most " + MOST_DOCUMENTS);
        var labels = new HashSet<String>();
        for (int i = 0; i < spec.documents().size(); i++) {
            var document = spec.documents().get(i);
            var path = "spec.documents[" + i + "]";
            check(document, path, findings);
            findings.expect(
                    labels.add(document.label()), path, document.label(), "a kind and name that no other document has");
        }
    }

    private static void check(NodeConfigSpec.Document document, String path, Findings findings) {
        boolean version = document.apiVersion().equals(Documents.API_VERSION);
        findings.expect(version, path + ".apiVersion", document.apiVersion(), Documents.API_VERSION);
        boolean kind = NodeConfigDocuments.kinds().contains(document.kind());
        findings.expect(
                kind, path + ".kind", document.kind(), "one of " + String.join(", ", NodeConfigDocuments.kinds()));
        boolean name = Syntax.dnsSubdomain(document.metadata().name());
        findings.name(path + ".metadata.name", document.metadata().name());
        if (!version || !kind || !name) {
            return;
        }
        checkMirrorsName(document, path, findings);
        try {
            NodeConfigDocuments.checkPart(NodeConfigDocuments.tree(document));
        } catch (DocumentException refused) {
            for (var problem : refused.problems()) {
                findings.add(new Problem(
                        problem.sort(),
                        problem.path().isEmpty() ? path : path + "." + problem.path(),
                        problem.message()));
            }
            if (refused.problems().isEmpty()) {
                add(path, document.label(), refused.getMessage(), findings);
            }
        }
    }

    /** Documents merge by name, and a node has one file for each registry: two names would be two mirrors of which one is not heard. */
    private static void checkMirrorsName(NodeConfigSpec.Document document, String path, Findings findings) {
        if (document.kind().equals(RegistryMirror.KIND) && document.spec().get("registry") instanceof String registry) {
            var expected = RegistryMirror.nameFor(registry);
            findings.expect(
                    document.metadata().name().equals(expected),
                    path + ".metadata.name",
                    document.metadata().name(),
                    expected + ", which is the registry with '-' for ':'");
        }
    }

    /** The document's path in the resource takes the place of the names that the readers put in front. */
    private static void add(String path, String label, String message, Findings findings) {
        var found = message;
        for (var prefix : List.of(NodeConfigDocuments.PART + ": ", label + ": ")) {
            found = found.startsWith(prefix) ? found.substring(prefix.length()) : found;
        }
        int colon = found.indexOf(": ");
        boolean hasField = colon > 0 && (found.startsWith("spec") || found.startsWith("metadata"));
        findings.add(
                hasField ? path + "." + found.substring(0, colon) : path,
                hasField ? found.substring(colon + 2) : found);
    }
}
