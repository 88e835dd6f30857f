package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.NodeDocument;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the AOT cache is trained with. */
class KubernetesRehearsalTest {

    @Test
    void readsADocumentOfEveryKindThatANodeReads() {
        var documents = KubernetesRehearsal.documents();

        assertEquals(
                NodeDocuments.READER.kinds(),
                documents.stream().map(NodeDocument::kind).collect(Collectors.toSet()));
        for (var document : documents) {
            assertEquals(document, NodeDocuments.READER.parse(Documents.label(document), Documents.render(document)));
        }
    }
}
